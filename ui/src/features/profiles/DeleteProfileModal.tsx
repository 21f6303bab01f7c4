import type { SavedProfile } from "../../ipc/generated";
import { ConfirmModal } from "../../shared/ConfirmModal";

interface DeleteProfileModalProps {
  profile: SavedProfile;
  onClose: () => void;
  onDelete: () => void;
}

/** Asks before a saved profile goes, by its name. */
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
      The saved profile <b>{profile.name}</b> is removed from Transload for good. Nothing changes in
      AWS, in ECR, or in the AWS configuration of this computer.
    </ConfirmModal>
  );
}
