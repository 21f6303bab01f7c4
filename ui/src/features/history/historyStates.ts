/** What a migration of the history is shown as, can be done with it, and is found by. */
import type { HistoryEntry, MigrationOutcome, ReportSummary } from "../../ipc/generated";
import { sourceLabel } from "../../shared/connection";
import { formatExact } from "../../shared/format";
import { undoneInPart } from "../../shared/undo/undoTexts";

/** Returns the status of a migration: its headline, or that it was undone. */
export function shownState(entry: HistoryEntry): {
  readonly type: ReportSummary["status"];
  readonly text: string;
} {
  return entry.undone === null
    ? { type: entry.summary.status, text: entry.summary.title }
    : { type: "info", text: undoneInPart(entry.undone) ? "Partly undone" : "Undone" };
}

/** Whether Resume has images to copy. */
export function canResume(entry: HistoryEntry): boolean {
  const { failed, not_finished, unknown } = entry.summary.counts;
  const open =
    failed + not_finished + unknown + entry.policies_not_set > 0 || entry.state === "interrupted";
  return entry.error === null && entry.undone === null && entry.state !== "running" && open;
}

/** Whether Undo has images to delete. */
export function canUndo(entry: HistoryEntry): boolean {
  const left = entry.undone === null || undoneInPart(entry.undone);
  const changed = entry.moved > 0 || entry.failed > 0 || entry.repositories_created > 0;
  return left && entry.state !== "running" && changed;
}

/** The source of a migration in one line. */
export function sourceText({ source }: HistoryEntry): string {
  return source === null ? "Unknown" : sourceLabel(source);
}

/** The destination of a migration in one line. */
export function destinationText({ identity }: HistoryEntry): string {
  if (identity === null) {
    return "Unknown";
  }
  return identity.practice ? "Practice" : `${identity.account_id}, ${identity.region}`;
}

export type StateFilter = "all" | "running" | "completed" | "open" | "undone";

/** The states that the history can be limited to. */
export const stateFilters: readonly { readonly value: StateFilter; readonly label: string }[] = [
  { value: "all", label: "All states" },
  { value: "running", label: "Running" },
  { value: "completed", label: "Completed" },
  { value: "open", label: "Failed or interrupted" },
  { value: "undone", label: "Undone" },
];

const completed: ReadonlySet<MigrationOutcome> = new Set(["succeeded", "kept", "unproven"]);

export function inStateFilter(entry: HistoryEntry, filter: StateFilter): boolean {
  switch (filter) {
    case "all":
      return true;
    case "undone":
      return entry.undone !== null;
    case "running":
      return entry.state === "running";
    case "completed":
      return entry.undone === null && completed.has(entry.state);
    case "open":
      return entry.undone === null && entry.state !== "running" && !completed.has(entry.state);
  }
}

/** What the search of the history finds a migration by. */
export function searchWords(entry: HistoryEntry): string[] {
  return [
    sourceText(entry),
    destinationText(entry),
    entry.registry,
    shownState(entry).text,
    formatExact(entry.started_at_ms),
  ];
}
