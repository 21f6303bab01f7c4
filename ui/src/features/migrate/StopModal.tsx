import { ConfirmModal } from "../../shared/ConfirmModal";

interface StopModalProps {
  onStop: () => void;
  onClose: () => void;
}

/** Asks before a running migration is stopped. */
export function StopModal({ onStop, onClose }: StopModalProps) {
  return (
    <ConfirmModal
      header="Stop migration?"
      closeLabel="Close without stopping"
      confirm="Stop migration"
      name="job-stop"
      onConfirm={onStop}
      onClose={onClose}
    >
      Copied images stay in ECR. Images in progress aren’t finished. To copy the rest later, resume
      the migration.
    </ConfirmModal>
  );
}
