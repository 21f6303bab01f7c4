import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { SavedProfile } from "../../ipc/generated";

interface DeleteProfileModalProps {
  profile: SavedProfile;
  onClose: () => void;
  onDelete: () => void;
}

/** Asks before a saved profile goes, by its name. */
export function DeleteProfileModal({ profile, onClose, onDelete }: DeleteProfileModalProps) {
  return (
    <Modal
      visible
      header={`Delete “${profile.name}”`}
      closeAriaLabel="Close without deleting"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onClose} data-testid="profile-delete-cancel">
              Cancel
            </Button>
            <Button variant="primary" onClick={onDelete} data-testid="profile-delete-confirm">
              Delete “{profile.name}”
            </Button>
          </SpaceBetween>
        </Box>
      }
      data-testid="profile-delete-modal"
    >
      The saved profile <b>{profile.name}</b> is removed from Transload for good. Nothing changes in
      AWS, in ECR, or in the AWS configuration of this computer.
    </Modal>
  );
}
