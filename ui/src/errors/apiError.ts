/** Converts what was caught into an `ApiError`, and an `ApiError` into text for a bug report. */
import type { ApiError } from "../ipc/generated";

function isApiError(value: unknown): value is ApiError {
  if (typeof value !== "object" || value === null) {
    return false;
  }
  const fields = value as Partial<Record<keyof ApiError, unknown>>;
  return (
    typeof fields.code === "string" &&
    typeof fields.message === "string" &&
    Array.isArray(fields.hints) &&
    Array.isArray(fields.causes)
  );
}

/** Returns what was caught as an `ApiError`. A bug in the window becomes `internal`. */
export function asApiError(caught: unknown): ApiError {
  if (isApiError(caught)) {
    return caught;
  }
  const cause = caught instanceof Error ? `${caught.name}: ${caught.message}` : String(caught);
  return {
    code: "internal",
    message: "The window reached an unexpected state.",
    hints: [],
    causes: [cause],
    retryable: true,
    subject: null,
  };
}

/** Returns all details of an error as plain text, for a bug report. */
export function errorDetails(error: ApiError): string {
  return [
    `Code: ${error.code}`,
    error.message,
    ...error.causes.map((cause) => `Caused by: ${cause}`),
  ]
    .filter((line) => line !== "")
    .join("\n");
}
