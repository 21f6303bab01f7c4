import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useBackend } from "../../ipc";
import type { AwsConnection } from "../../ipc/generated";
import { CommandList } from "../../shared/CommandList";
import { ClientLoginsSection } from "../../shared/clientLogins";

interface CommandsModalProps {
  title: string;
  description: string;
  commands: readonly string[];
  connection: AwsConnection;
  onClose: () => void;
}

/** Shows push or pull commands. */
export function CommandsModal({
  title,
  description,
  commands,
  connection,
  onClose,
}: CommandsModalProps) {
  const backend = useBackend();
  return (
    <Modal
      visible
      size="large"
      header={title}
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <Button variant="primary" onClick={onClose} data-testid="commands-close">
            Close
          </Button>
        </Box>
      }
      data-testid="commands-modal"
    >
      <SpaceBetween size="m">
        <div>{description}</div>
        <CommandList commands={commands} />
        <ClientLoginsSection backend={backend} connection={connection} />
      </SpaceBetween>
    </Modal>
  );
}
