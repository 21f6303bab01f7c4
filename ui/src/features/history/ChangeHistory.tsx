import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Popover from "@cloudscape-design/components/popover";
import { useMemo, useState } from "react";
import type { DeletionEntry, ImageChange } from "../../ipc/generated";
import { CopyableText } from "../../shared/CopyableText";
import { formatCount, formatCounted } from "../../shared/format";
import { noUndoText } from "../../shared/noUndo";
import { FullTable } from "../../shared/PagedTable";
import { RelativeTime } from "../../shared/RelativeTime";
import { StatusText } from "../../shared/StatusText";
import { RestoreModal } from "./RestoreModal";
import {
  changedText,
  changeText,
  deletedText,
  hasNoUndo,
  reasonText,
  restoredText,
  runningText,
  unknownReason,
  unknownText,
} from "./restoreTexts";

interface ChangeHistoryProps {
  deletions: readonly DeletionEntry[];
  changes: readonly ImageChange[];
  loading?: boolean;
  onReload: () => void;
}

/** A deletion, or another change. */
interface ChangeRow {
  readonly id: string;
  readonly timeMs: number;
  readonly repository: string;
  readonly change: string;
  readonly result: string;
  readonly account: string;
  /** Whether its result isn’t known, and why. */
  readonly state: "known" | "running" | "unknown";
  readonly deletion: DeletionEntry | null;
}

const repositoriesText = ({ repositories }: DeletionEntry) =>
  repositories.length < 2
    ? (repositories[0] ?? "–")
    : formatCounted(repositories.length, "repository", "repositories");

function changeRows(
  deletions: readonly DeletionEntry[],
  changes: readonly ImageChange[],
): readonly ChangeRow[] {
  const rows = [
    ...deletions.map((entry) => ({
      id: entry.deletion,
      timeMs: entry.started_at_ms,
      repository: repositoriesText(entry),
      change: reasonText(entry),
      result: entry.error === null ? deletedText(entry) : "Record unreadable",
      account: entry.destination?.account_id ?? "",
      state:
        entry.error !== null
          ? ("unknown" as const)
          : entry.running
            ? ("running" as const)
            : ("known" as const),
      deletion: entry,
    })),
    ...changes.map(({ changed_at_ms, repository, change, destination, outcome }, index) => ({
      // The newest one is first.
      id: `change ${changes.length - index}`,
      timeMs: changed_at_ms,
      repository,
      change: changeText(change),
      result:
        outcome === "made"
          ? changedText(change)
          : `${outcome === "running" ? runningText : unknownText} (${changedText(change)})`,
      account: destination.account_id,
      state: outcome === "made" ? ("known" as const) : outcome,
      deletion: null,
    })),
  ];
  return rows.sort((one, other) => other.timeMs - one.timeMs);
}

/**
 * What was changed in ECR: deletions of images, also those of clean-ups, each with its table and its undo, tags, and
 * the storage of images.
 */
export function ChangeHistory(props: ChangeHistoryProps) {
  const { deletions, changes, loading = false, onReload } = props;
  const [undoing, setUndoing] = useState<DeletionEntry | null>(null);
  const rows = useMemo(() => changeRows(deletions, changes), [deletions, changes]);
  return (
    <>
      <FullTable<ChangeRow>
        name="changes"
        items={rows}
        trackBy="id"
        words={({ deletion, repository, change, result, account }) => [
          ...(deletion?.repositories ?? [repository]),
          change,
          result,
          account,
        ]}
        finds="changes by repository, tag, or kind"
        loading={loading}
        loadingText="Loading changes"
        empty={
          <Box textAlign="center" padding="m">
            <Box variant="strong">No changes yet</Box>
            <Box variant="p" color="text-body-secondary">
              Deletions and clean-ups appear here, and can be undone as long as ECR has the layers.
              Tags that were added or moved, and images that were archived, appear here too.
            </Box>
          </Box>
        }
        header={
          <Header
            variant="h1"
            counter={`(${formatCount(rows.length)})`}
            actions={<Button iconName="refresh" ariaLabel="Refresh changes" onClick={onReload} />}
          >
            Changes
          </Header>
        }
        ariaLabels={{ tableLabel: "Changes" }}
        columnDefinitions={[
          {
            id: "time",
            header: "Time",
            width: 130,
            cell: ({ timeMs }) => <RelativeTime timeMs={timeMs} />,
          },
          {
            id: "repository",
            header: "Repository",
            isRowHeader: true,
            width: 150,
            minWidth: 140,
            grow: 2,
            cell: ({ repository }) => repository,
          },
          {
            id: "change",
            header: "Change",
            width: 190,
            minWidth: 150,
            grow: 3,
            cell: ({ change }) => change,
          },
          {
            id: "result",
            header: "Result",
            width: 160,
            grow: 1,
            cell: ({ deletion, result, state }) =>
              state === "running" ? (
                <StatusText type="in-progress">{result}</StatusText>
              ) : state === "unknown" ? (
                <span title={deletion?.error?.message ?? unknownReason}>
                  <StatusText type={deletion === null ? "warning" : "error"}>{result}</StatusText>
                </span>
              ) : (
                result
              ),
          },
          {
            id: "restored",
            header: "Restored",
            width: 110,
            cell: ({ deletion }) => restoredText(deletion?.restored ?? null),
          },
          {
            id: "table",
            unsorted: true,
            header: "Images as CSV",
            hideOrder: 1,
            width: 190,
            minWidth: 140,
            grow: 1,
            cell: ({ deletion }) =>
              deletion === null ? (
                "–"
              ) : (
                <CopyableText text={deletion.table} what="path of the table" />
              ),
          },
          {
            id: "action",
            unsorted: true,
            header: "Action",
            width: 90,
            cell: ({ deletion }) =>
              deletion === null ? null : hasNoUndo(deletion) ? (
                <Popover
                  triggerType="text"
                  dismissButton={false}
                  size="medium"
                  content={deletion.no_undo.map((images) => (
                    <Box key={images.why.kind}>{noUndoText(images)}</Box>
                  ))}
                >
                  No undo
                </Popover>
              ) : (
                <Button
                  variant="inline-link"
                  disabled={deletion.running || deletion.restored?.running}
                  disabledReason={
                    deletion.running ? "The deletion is running." : "An undo is running."
                  }
                  ariaLabel={`Undo the deletion from ${repositoriesText(deletion)}`}
                  onClick={() => setUndoing(deletion)}
                  data-testid={`deletion-undo-${deletion.deletion}`}
                >
                  Undo
                </Button>
              ),
          },
        ]}
        data-testid="change-history"
      />
      {undoing !== null && (
        <RestoreModal entry={undoing} onRestored={onReload} onClose={() => setUndoing(null)} />
      )}
    </>
  );
}
