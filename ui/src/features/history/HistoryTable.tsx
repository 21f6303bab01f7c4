import { useCollection } from "@cloudscape-design/collection-hooks";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import type { HistoryEntry } from "../../ipc/generated";
import { Bytes } from "../../shared/Bytes";
import { sourceLabel } from "../../shared/connection";
import { formatCount, formatCounted, formatDuration, formatExact } from "../../shared/format";
import { RelativeTime } from "../../shared/RelativeTime";
import { canResume, canUndo, shownState } from "./historyStates";

const pageSize = 20;

export interface HistoryActions {
  onOpen: (entry: HistoryEntry) => void;
  onResume: (entry: HistoryEntry) => void;
  onRunAgain: (entry: HistoryEntry) => void;
  onDelete: (entry: HistoryEntry) => void;
  onUndo: (entry: HistoryEntry) => void;
}

interface HistoryTableProps extends HistoryActions {
  entries: readonly HistoryEntry[];
  loading: boolean;
  readable: boolean;
  busy: boolean;
  onReload: () => void;
  onMigrate: () => void;
}

function Images({ summary }: { summary: HistoryEntry["summary"] }) {
  return (
    <SpaceBetween size="xxs">
      <span>{summary.text}</span>
      {summary.notes.map((note) => (
        <Box key={note} variant="small">
          {note}
        </Box>
      ))}
    </SpaceBetween>
  );
}

function columnsOf(onOpen: HistoryActions["onOpen"]): TableProps.ColumnDefinition<HistoryEntry>[] {
  return [
    {
      id: "started",
      header: "Started",
      cell: (entry) => (
        <Link
          href={`#${entry.migration}`}
          onFollow={(event) => {
            event.preventDefault();
            onOpen(entry);
          }}
        >
          <RelativeTime timeMs={entry.started_at_ms} />
        </Link>
      ),
      sortingField: "started_at_ms",
      isRowHeader: true,
    },
    {
      id: "state",
      header: "State",
      minWidth: 150,
      cell: (entry) => (
        <StatusIndicator type={shownState(entry).type}>{shownState(entry).text}</StatusIndicator>
      ),
      sortingField: "state",
    },
    { id: "source", header: "Source", cell: (entry) => sourceLabel(entry.source) },
    {
      id: "registry",
      header: "Destination",
      cell: (entry) =>
        entry.identity.practice
          ? "Practice"
          : `${entry.identity.account_id}, ${entry.identity.region}`,
    },
    {
      id: "images",
      header: "Images",
      minWidth: 220,
      cell: (entry) => <Images summary={entry.summary} />,
      sortingField: "images",
    },
    {
      id: "sent",
      header: "Sent",
      cell: (entry) => (entry.sent_bytes === null ? "Unknown" : <Bytes bytes={entry.sent_bytes} />),
      sortingField: "sent_bytes",
    },
    {
      id: "time",
      header: "Duration",
      cell: (entry) => formatDuration(entry.elapsed_ms),
      sortingField: "elapsed_ms",
    },
  ];
}

function matches(entry: HistoryEntry, text: string): boolean {
  const words = [
    sourceLabel(entry.source),
    entry.registry,
    entry.identity.account_id,
    shownState(entry).text,
    formatExact(entry.started_at_ms),
  ];
  return words.join(" ").toLowerCase().includes(text.toLowerCase());
}

/** The table of migrations, with actions for the selected migration. */
export function HistoryTable(props: HistoryTableProps) {
  const { entries, busy } = props;
  const columns = columnsOf(props.onOpen);
  const started = columns[0] as TableProps.ColumnDefinition<HistoryEntry>;
  const { items, filteredItemsCount, collectionProps, filterProps, paginationProps } =
    useCollection(entries, {
      filtering: {
        filteringFunction: matches,
        empty: (
          <Box textAlign="center" padding="m">
            <SpaceBetween size="s">
              <Box variant="strong">No migrations yet</Box>
              <Box color="text-body-secondary">
                Migrations appear here with their digests. Resume interrupted migrations.
              </Box>
              <Button onClick={props.onMigrate}>Migrate images</Button>
            </SpaceBetween>
          </Box>
        ),
        noMatch: (
          <Box textAlign="center" padding="m">
            No matches
          </Box>
        ),
      },
      pagination: { pageSize },
      sorting: { defaultState: { sortingColumn: started, isDescending: true } },
      selection: { trackBy: "migration" },
    });
  const only = collectionProps.selectedItems?.[0];
  const needsOne = { disabled: only === undefined, disabledReason: "Select a migration first." };
  const resume =
    only === undefined || canResume(only)
      ? needsOne
      : {
          disabled: true,
          disabledReason:
            only.state === "running"
              ? "The migration is running."
              : only.undone === null
                ? "The migration is complete."
                : "The migration was undone. To migrate the images again, choose Run again.",
        };
  const undo =
    only === undefined || canUndo(only)
      ? needsOne
      : {
          disabled: true,
          disabledReason:
            only.state === "running"
              ? "The migration is running."
              : only.undone === null
                ? "No images were pushed."
                : "The migration was undone.",
        };
  return (
    <Table
      {...collectionProps}
      variant="container"
      items={items}
      columnDefinitions={columns}
      selectionType="single"
      wrapLines
      loading={props.loading}
      loadingText="Loading history"
      empty={props.readable ? collectionProps.empty : "Couldn’t read the history"}
      ariaLabels={{
        tableLabel: "Migrations",
        selectionGroupLabel: "Migration selection",
        itemSelectionLabel: (_selection, entry) =>
          `Select migration of ${formatExact(entry.started_at_ms)}`,
      }}
      header={
        <Header
          counter={`(${formatCount(entries.length)})`}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button
                iconName="refresh"
                ariaLabel="Refresh history"
                onClick={props.onReload}
                data-testid="history-reload"
              />
              <Button
                {...needsOne}
                onClick={() => only !== undefined && props.onOpen(only)}
                data-testid="history-open"
              >
                {only?.state === "running" ? "View progress" : "View report"}
              </Button>
              <ButtonDropdown
                onItemClick={({ detail }) => {
                  if (only !== undefined) {
                    const actions = {
                      again: props.onRunAgain,
                      undo: props.onUndo,
                      delete: props.onDelete,
                    };
                    actions[detail.id as keyof typeof actions](only);
                  }
                }}
                items={[
                  {
                    id: "again",
                    text: "Run again",
                    description:
                      "Creates a new plan for the same images. Only new and changed images are copied",
                    ...needsOne,
                  },
                  {
                    id: "undo",
                    text: "Undo",
                    description: "Deletes the images of this migration in ECR after you confirm",
                    ...undo,
                  },
                  {
                    id: "delete",
                    text: "Delete from history",
                    ...needsOne,
                    ...(only?.state === "running"
                      ? { disabled: true, disabledReason: "The migration is running." }
                      : {}),
                  },
                ]}
                data-testid="history-actions"
              >
                Actions
              </ButtonDropdown>
              <Button
                variant="primary"
                {...resume}
                loading={busy}
                onClick={() => only !== undefined && props.onResume(only)}
                data-testid="history-resume"
              >
                Resume
              </Button>
            </SpaceBetween>
          }
        >
          Migrations
        </Header>
      }
      filter={
        <TextFilter
          {...filterProps}
          filteringPlaceholder="Find migrations by source, account, state, or date"
          filteringAriaLabel="Find migrations"
          filteringClearAriaLabel="Clear filter"
          countText={formatCounted(filteredItemsCount ?? 0, "match", "matches")}
        />
      }
      pagination={entries.length > pageSize ? <Pagination {...paginationProps} /> : undefined}
      data-testid="history-table"
    />
  );
}
