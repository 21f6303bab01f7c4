import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import { useState } from "react";
import type { ErrorActions } from "../../errors";
import type { DeletionEntry } from "../../ipc/generated";
import { CopyableText } from "../../shared/CopyableText";
import { formatCount, formatCounted } from "../../shared/format";
import { FullTable } from "../../shared/PagedTable";
import { RelativeTime } from "../../shared/RelativeTime";
import { restoreTotalsText } from "../../shared/restoreTotals";
import { StatusText } from "../../shared/StatusText";
import { RestoreModal } from "./RestoreModal";
import { deletedText, reasonText } from "./restoreTexts";

interface DeletionHistoryProps {
  entries: readonly DeletionEntry[];
  loading?: boolean;
  errorActions: ErrorActions;
  onReload: () => void;
}

const repositoriesText = ({ repositories }: DeletionEntry) =>
  repositories.length < 2
    ? (repositories[0] ?? "–")
    : formatCounted(repositories.length, "repository", "repositories");

/** The deletions of images, also those of clean-ups, each with its table and its undo. */
export function DeletionHistory(props: DeletionHistoryProps) {
  const { entries, loading = false, errorActions, onReload } = props;
  const [undoing, setUndoing] = useState<DeletionEntry | null>(null);
  return (
    <>
      <FullTable<DeletionEntry>
        name="deletions"
        items={entries}
        trackBy="deletion"
        words={(entry) => [
          ...entry.repositories,
          reasonText(entry),
          entry.destination?.account_id ?? "",
        ]}
        finds="deletions by repository or reason"
        loading={loading}
        loadingText="Loading deletions"
        empty={
          <Box textAlign="center" padding="m">
            <Box variant="strong">No deletions yet</Box>
            <Box variant="p" color="text-body-secondary">
              Deletions and clean-ups appear here, and can be undone as long as ECR has the layers.
            </Box>
          </Box>
        }
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
            width: 130,
            cell: ({ started_at_ms }) => <RelativeTime timeMs={started_at_ms} />,
          },
          {
            id: "repository",
            header: "Repository",
            isRowHeader: true,
            width: 150,
            minWidth: 140,
            grow: 2,
            cell: repositoriesText,
          },
          { id: "reason", header: "Reason", width: 190, minWidth: 150, grow: 1, cell: reasonText },
          {
            id: "deleted",
            header: "Deleted",
            width: 130,
            cell: (entry) =>
              entry.error === null ? (
                deletedText(entry)
              ) : (
                <span title={entry.error.message}>
                  <StatusText type="error" wrapText={false}>
                    Record unreadable
                  </StatusText>
                </span>
              ),
          },
          {
            id: "restored",
            header: "Restored",
            width: 110,
            cell: ({ restored }) =>
              restored === null ? "–" : restoreTotalsText(restored.restored),
          },
          {
            id: "table",
            unsorted: true,
            header: "Images as CSV",
            hideOrder: 1,
            width: 190,
            minWidth: 140,
            grow: 3,
            cell: ({ table }) => <CopyableText text={table} what="path of the table" />,
          },
          {
            id: "action",
            unsorted: true,
            header: "Action",
            width: 90,
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
