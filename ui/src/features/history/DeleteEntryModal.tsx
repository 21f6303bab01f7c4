import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { HistoryEntry } from "../../ipc/generated";
import { formatCounted, formatExact } from "../../shared/format";

interface DeleteEntryModalProps {
  entry: HistoryEntry;
  onClose: () => void;
  onDelete: () => void;
}

/** Asks before a migration goes from the history. */
export function DeleteEntryModal({ entry, onClose, onDelete }: DeleteEntryModalProps) {
  const time = formatExact(entry.started_at_ms);
  return (
    <Modal
      visible
      header="Delete from the history"
      closeAriaLabel="Close without deleting"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onClose}>
              Cancel
            </Button>
            <Button variant="primary" onClick={onDelete} data-testid="history-delete-confirm">
              Delete it from the history
            </Button>
          </SpaceBetween>
        </Box>
      }
      data-testid="history-delete-modal"
    >
      The migration of <b>{time}</b> with {formatCounted(entry.images, "image", "images")} and its
      report are removed from Transload for good. Nothing changes in ECR: what was moved stays
      there.
    </Modal>
  );
}
