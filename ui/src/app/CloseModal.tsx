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
      header="A migration is running"
      closeAriaLabel="Keep the window open"
      onDismiss={onStay}
      data-testid="close-modal"
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button onClick={onClose} data-testid="close-anyway">
              Close and stop it
            </Button>
            <Button variant="primary" onClick={onStay} data-testid="close-stay">
              Keep it running
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      Closing the window stops it. Images that are through stay in ECR; Resume in the history goes
      on with the others.
    </Modal>
  );
}
