import type { ApiError } from "../ipc/generated";
import type { ErrorActionId } from "./actions";
import type { ErrorEntry } from "./errorTable";

/** How an entry of the table is written down. */
interface Written {
  readonly severity?: ErrorEntry["severity"];
  readonly title: string;
  /** What happened and why, for a failure that brings no sentence of its own. */
  readonly text: string;
  readonly next: readonly string[] | ((subject: string | null) => readonly string[]);
  readonly actions: readonly ErrorActionId[];
}

/**
 * Makes an entry. The program's own sentence comes first, because it names what it is about; the
 * general one stands in where that is empty.
 */
export function entry({ severity = "error", title, text, next, actions }: Written): ErrorEntry {
  return {
    severity,
    title,
    text: (error: ApiError) => (error.message.trim() === "" ? text : error.message),
    next: (error: ApiError) => (typeof next === "function" ? next(error.subject) : next),
    actions,
  };
}
