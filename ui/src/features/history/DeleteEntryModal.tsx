import type { HistoryEntry } from "../../ipc/generated";
import { ConfirmModal } from "../../shared/ConfirmModal";
import { formatCounted, formatExact } from "../../shared/format";

interface DeleteEntryModalProps {
  entry: HistoryEntry;
  onClose: () => void;
  onDelete: () => void;
}

/** Asks before a migration is deleted from the history. */
export function DeleteEntryModal({ entry, onClose, onDelete }: DeleteEntryModalProps) {
  const time = formatExact(entry.started_at_ms);
  return (
    <ConfirmModal
      header="Delete from history"
      closeLabel="Close without deleting"
      confirm="Delete from history"
      name="history-delete"
      onConfirm={onDelete}
      onClose={onClose}
    >
      The migration of <b>{time}</b> with {formatCounted(entry.images, "image", "images")} and its
      report are permanently deleted from Transload. This doesn’t change images in ECR.
    </ConfirmModal>
  );
}
