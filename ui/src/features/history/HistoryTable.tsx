import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo, useState } from "react";
import type { HistoryEntry, HistoryMatch } from "../../ipc/generated";
import { formatCount, formatCounted, formatExact } from "../../shared/format";
import { InfoLink } from "../../shared/help";
import { FullTable } from "../../shared/PagedTable";
import { historyColumns } from "./historyColumns";
import {
  canResume,
  canUndo,
  inStateFilter,
  type StateFilter,
  searchWords,
  stateFilters,
} from "./historyStates";
import type { ImageSearch } from "./useImageSearch";

interface HistoryActions {
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
  /** The name of the running action, or `null`. */
  running: string | null;
  /** Whether the user refreshes the list. */
  refreshing: boolean;
  /** The search of recorded images. */
  search: ImageSearch;
  onReload: () => void;
  onMigrate: () => void;
}

/** Why the selected migration can't be resumed or undone. */
function reasons(entry: HistoryEntry) {
  const running = entry.state === "running" ? "The migration is running." : null;
  if (entry.error !== null) {
    const why = "The record of this migration can’t be read. To see why, choose View report.";
    return { resume: why, undo: why, delete: running };
  }
  return {
    resume:
      running ??
      (entry.undone === null
        ? "The migration is complete."
        : "The migration was undone. To migrate the images again, choose Run again."),
    undo:
      running ?? (entry.undone === null ? "No images were pushed." : "The migration was undone."),
    delete: running,
  };
}

/** How many migrations the search found, and how many images in them. */
function countText(
  matches: number,
  entries: readonly HistoryEntry[],
  found: ReadonlyMap<string, HistoryMatch>,
): string {
  const images = entries.reduce(
    (sum, { migration }) => sum + (found.get(migration)?.images ?? 0),
    0,
  );
  const migrations = formatCounted(matches, "migration", "migrations");
  return images === 0
    ? migrations
    : `${migrations}, ${formatCounted(images, "matching image", "matching images")}`;
}

/** The table of migrations, with actions for the selected migration. */
export function HistoryTable(props: HistoryTableProps) {
  const { entries, running, onOpen } = props;
  const [state, setState] = useState<StateFilter>("all");
  const [selectedId, setSelectedId] = useState<string | null>(null);
  const { found } = props.search;
  const columns = useMemo(() => historyColumns(onOpen, found), [onOpen, found]);
  const shown = useMemo(
    () => entries.filter((entry) => inStateFilter(entry, state)),
    [entries, state],
  );
  const only = shown.find(({ migration }) => migration === selectedId);
  const needsOne = { disabled: only === undefined, disabledReason: "Select a migration first." };
  const unless = (allowed: boolean, disabledReason: string | null) =>
    only === undefined || allowed || disabledReason === null
      ? needsOne
      : { disabled: true, disabledReason };
  const why = only === undefined ? null : reasons(only);
  const resume = unless(only !== undefined && canResume(only), why?.resume ?? null);

  return (
    <FullTable
      name="history"
      items={shown}
      trackBy="migration"
      words={searchWords}
      finds="migrations by image, digest, source, account, or state"
      onFilter={props.search.onText}
      alsoFound={({ migration }) => found.has(migration)}
      countText={(matches) => countText(matches, shown, found)}
      sortedBy="started"
      sortedDescending
      columnDefinitions={columns}
      selectionType="single"
      selectedItems={only === undefined ? [] : [only]}
      onSelectionChange={({ detail }) => setSelectedId(detail.selectedItems[0]?.migration ?? null)}
      loading={props.loading}
      loadingText="Loading history"
      empty={
        !props.readable ? (
          "Couldn’t read the history"
        ) : entries.length > 0 ? (
          <Box textAlign="center" padding="m">
            <SpaceBetween size="s">
              <Box variant="strong">No matches</Box>
              <Button onClick={() => setState("all")}>Show all states</Button>
            </SpaceBetween>
          </Box>
        ) : (
          <Box textAlign="center" padding="m">
            <SpaceBetween size="s">
              <Box variant="strong">No migrations yet</Box>
              <Box color="text-body-secondary">
                Migrations appear here with their digests. Resume interrupted migrations.
              </Box>
              <Button onClick={props.onMigrate}>Migrate images</Button>
            </SpaceBetween>
          </Box>
        )
      }
      ariaLabels={{
        tableLabel: "Migrations",
        selectionGroupLabel: "Migration selection",
        itemSelectionLabel: (_selection, entry) =>
          `Select migration of ${formatExact(entry.started_at_ms)}`,
      }}
      filters={
        <Select
          selectedOption={stateFilters.find(({ value }) => value === state) ?? null}
          options={stateFilters}
          onChange={({ detail }) => setState(detail.selectedOption.value as StateFilter)}
          ariaLabel="State"
          expandToViewport
          data-testid="history-state"
        />
      }
      header={
        <Header
          variant="h1"
          counter={`(${formatCount(entries.length)})`}
          info={<InfoLink topic="history" />}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button
                iconName="refresh"
                ariaLabel="Refresh history"
                loading={props.refreshing}
                onClick={props.onReload}
                data-testid="history-reload"
              />
              <Button
                {...needsOne}
                loading={running === "open"}
                onClick={() => only !== undefined && onOpen(only)}
                data-testid="history-open"
              >
                {only?.state === "running" ? "View progress" : "View report"}
              </Button>
              <ButtonDropdown
                loading={running === "again"}
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
                    ...unless(only !== undefined && canUndo(only), why?.undo ?? null),
                  },
                  {
                    id: "delete",
                    text: "Delete from history",
                    ...unless(false, why?.delete ?? null),
                  },
                ]}
                data-testid="history-actions"
              >
                Actions
              </ButtonDropdown>
              <Button
                variant="primary"
                {...resume}
                loading={running === "resume"}
                onClick={() => only !== undefined && props.onResume(only)}
                data-testid="history-resume"
              >
                Resume
              </Button>
            </SpaceBetween>
          }
        >
          History
        </Header>
      }
      data-testid="history-table"
    />
  );
}
