import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import { useState } from "react";
import type { ErrorActions } from "../../errors";
import type { DeletionEntry } from "../../ipc/generated";
import { CopyableText } from "../../shared/CopyableText";
import { formatCount, formatCounted } from "../../shared/format";
import { FullTable } from "../../shared/PagedTable";
import { RelativeTime } from "../../shared/RelativeTime";
import { RestoreModal } from "./RestoreModal";
import { deletedText, reasonText } from "./restoreTexts";

interface DeletionHistoryProps {
  entries: readonly DeletionEntry[];
  errorActions: ErrorActions;
  onReload: () => void;
}

const repositoriesText = ({ repositories }: DeletionEntry) =>
  repositories.length === 1
    ? (repositories[0] ?? "")
    : formatCounted(repositories.length, "repository", "repositories");

/** The deletions of images, also those of clean-ups, each with its table and its undo. */
export function DeletionHistory({ entries, errorActions, onReload }: DeletionHistoryProps) {
  const [undoing, setUndoing] = useState<DeletionEntry | null>(null);
  return (
    <>
      <FullTable<DeletionEntry>
        name="deletions"
        items={entries}
        trackBy="deletion"
        words={(entry) => [...entry.repositories, reasonText(entry), entry.destination.account_id]}
        finds="deletions by repository or reason"
        header={
          <Header
            variant="h1"
            counter={`(${formatCount(entries.length)})`}
            actions={<Button iconName="refresh" ariaLabel="Refresh deletions" onClick={onReload} />}
          >
            Deletions
          </Header>
        }
        ariaLabels={{ tableLabel: "Deletions" }}
        columnDefinitions={[
          {
            id: "time",
            header: "Time",
            cell: ({ started_at_ms }) => <RelativeTime timeMs={started_at_ms} />,
          },
          {
            id: "repository",
            header: "Repository",
            isRowHeader: true,
            cell: repositoriesText,
          },
          { id: "reason", header: "Reason", cell: reasonText },
          { id: "deleted", header: "Deleted", cell: deletedText },
          {
            id: "restored",
            header: "Restored",
            cell: ({ restored }) =>
              restored === null ? "–" : formatCounted(restored.images, "image", "images"),
          },
          {
            id: "table",
            header: "Images as CSV",
            cell: ({ table }) => <CopyableText text={table} what="path of the table" />,
          },
          {
            id: "action",
            header: "Action",
            cell: (entry) => (
              <Button
                variant="inline-link"
                ariaLabel={`Undo the deletion from ${repositoriesText(entry)}`}
                onClick={() => setUndoing(entry)}
                data-testid={`deletion-undo-${entry.deletion}`}
              >
                Undo
              </Button>
            ),
          },
        ]}
        data-testid="deletion-history"
      />
      {undoing !== null && (
        <RestoreModal
          entry={undoing}
          errorActions={errorActions}
          onRestored={onReload}
          onClose={() => setUndoing(null)}
        />
      )}
    </>
  );
}
