import type { StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { HistoryEntry, HistoryState, Undone } from "../../ipc/generated";

/** How each state is shown. */
export const historyStates: Record<
  HistoryState,
  { readonly type: StatusIndicatorProps.Type; readonly text: string }
> = {
  running: { type: "in-progress", text: "Running" },
  interrupted: { type: "warning", text: "Interrupted" },
  cancelled: { type: "stopped", text: "Stopped" },
  succeeded: { type: "success", text: "All in ECR" },
  partly_failed: { type: "warning", text: "Some failed" },
  failed: { type: "error", text: "Failed" },
};

/** Whether an undo left something as it was, or was stopped before its end. */
export function undoneInPart({ totals, cancelled }: Undone): boolean {
  return totals.left > 0 || cancelled;
}

/** How a migration is shown: what was undone says so. */
export function shownState(entry: HistoryEntry): {
  readonly type: StatusIndicatorProps.Type;
  readonly text: string;
} {
  return entry.undone === null
    ? historyStates[entry.state]
    : { type: "info", text: undoneInPart(entry.undone) ? "Undone in part" : "Undone" };
}

/** Whether something is left to do that Resume would do. */
export function canResume(entry: HistoryEntry): boolean {
  return entry.undone === null && entry.state !== "running" && entry.state !== "succeeded";
}

/** Whether the migration brought something that is there still and can be taken away. */
export function canUndo(entry: HistoryEntry): boolean {
  const left = entry.undone === null || undoneInPart(entry.undone);
  return left && entry.state !== "running" && (entry.moved > 0 || entry.failed > 0);
}

/** Images that are neither settled nor failed. */
export function openImages(entry: HistoryEntry): number {
  return entry.images - entry.moved - entry.unchanged - entry.failed;
}
