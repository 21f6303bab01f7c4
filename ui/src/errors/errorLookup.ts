/**
 * Looks up the words of an error. The table itself is in Rust, `errors/src/word_table.rs`, and is
 * generated into `ipc/generated/errorWords.ts`; no component contains words for a code.
 */
import type { ApiError, ErrorWords } from "../ipc/generated";
import { errorWords } from "../ipc/generated/errorWords";
import { asApiError } from "./apiError";

/** Returns the words of an error. A code of a newer version is shown as an internal error. */
export function wordsOf(error: ApiError): ErrorWords {
  const table: Partial<Record<string, ErrorWords>> = errorWords;
  return table[error.code] ?? errorWords.internal;
}

/** Returns whether the alert of an error has *Retry*, if its page supports that. */
export function offersRetry(error: unknown): boolean {
  return wordsOf(asApiError(error)).actions.includes("retry");
}

/** Returns what to do next: the hints of this error, then the steps of its code. */
export function nextSteps(error: ApiError): readonly string[] {
  return [...error.hints, ...wordsOf(error).next];
}
