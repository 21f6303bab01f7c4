import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";

interface CloseModalProps {
  onStay: () => void;
  onClose: () => void;
}

/** Asks before the window closes on a running migration. */
export function CloseModal({ onStay, onClose }: CloseModalProps) {
  return (
    <Modal
      visible
      header="Close the window?"
      closeAriaLabel="Keep window open"
      onDismiss={onStay}
      data-testid="close-modal"
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button onClick={onClose} data-testid="close-anyway">
              Stop and close
            </Button>
            <Button variant="primary" onClick={onStay} data-testid="close-stay">
              Keep window open
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      A migration is running. Closing the window stops it. Copied images stay in ECR. To continue
      later, choose Resume in the history.
    </Modal>
  );
}
