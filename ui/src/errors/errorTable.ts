import type { ApiError, ErrorCode } from "../ipc/generated";
import type { ErrorActionId } from "./actions";
import { awsErrors } from "./awsErrors";
import { engineErrors } from "./engineErrors";
import { localErrors } from "./localErrors";
import { networkErrors } from "./networkErrors";
import { registryErrors } from "./registryErrors";

/** How the window speaks of a failure. */
export interface ErrorEntry {
  /** How loud it is. */
  readonly severity: "error" | "warning" | "info";
  /** What happened, in a few words. */
  readonly title: string;
  /** What happened and why, in sentences. */
  readonly text: (error: ApiError) => string;
  /** What to do next, most likely first; never empty. */
  readonly next: (error: ApiError) => readonly string[];
  /** What the window can do about it, most likely first. */
  readonly actions: readonly ErrorActionId[];
}

/**
 * Every failure that the window tells apart. A code that is missing here, or in none of the
 * parts, does not pass the type check.
 */
export const errorTable: Record<ErrorCode, ErrorEntry> = {
  ...networkErrors,
  ...awsErrors,
  ...engineErrors,
  ...registryErrors,
  ...localErrors,
};

/** The entry of a failure; one that this window does not know reads as a fault of Transload. */
export function errorEntry(error: ApiError): ErrorEntry {
  const table: Partial<Record<string, ErrorEntry>> = errorTable;
  return table[error.code] ?? errorTable.internal;
}

/** The next steps of a failure: what the program says of this one, else what the table says. */
export function errorNextSteps(error: ApiError): readonly string[] {
  return error.hints.length > 0 ? error.hints : errorEntry(error).next(error);
}
