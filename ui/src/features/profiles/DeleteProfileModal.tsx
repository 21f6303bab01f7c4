import type { SavedProfile } from "../../ipc/generated";
import { ConfirmModal } from "../../shared/ConfirmModal";

interface DeleteProfileModalProps {
  profile: SavedProfile;
  onClose: () => void;
  onDelete: () => void;
}

/** Asks before a saved profile is deleted. */
export function DeleteProfileModal({ profile, onClose, onDelete }: DeleteProfileModalProps) {
  return (
    <ConfirmModal
      header={`Delete “${profile.name}”`}
      closeLabel="Close without deleting"
      confirm={`Delete “${profile.name}”`}
      name="profile-delete"
      onConfirm={onDelete}
      onClose={onClose}
    >
      The saved profile <b>{profile.name}</b> is permanently deleted from Transload. This doesn’t
      change AWS, ECR, or the AWS configuration of this computer.
    </ConfirmModal>
  );
}
