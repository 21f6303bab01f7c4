import type { HistoryEntry, ReportSummary } from "../../ipc/generated";
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
  return entry.undone === null && entry.state !== "running" && open;
}

/** Whether Undo has images to delete. */
export function canUndo(entry: HistoryEntry): boolean {
  const left = entry.undone === null || undoneInPart(entry.undone);
  const changed = entry.moved > 0 || entry.failed > 0 || entry.repositories_created > 0;
  return left && entry.state !== "running" && changed;
}
