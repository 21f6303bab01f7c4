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

/** What was caught, as an `ApiError`: a fault of the window itself reads as `internal`. */
export function asApiError(caught: unknown): ApiError {
  if (isApiError(caught)) {
    return caught;
  }
  const cause = caught instanceof Error ? `${caught.name}: ${caught.message}` : String(caught);
  return {
    code: "internal",
    message: "",
    hints: [],
    causes: [cause],
    retryable: true,
    subject: null,
  };
}

/** Everything that is known of a failure as plain text, to send along with a question. */
export function errorDetails(error: ApiError): string {
  return [
    `Code: ${error.code}`,
    error.message,
    ...error.causes.map((cause) => `Caused by: ${cause}`),
  ]
    .filter((line) => line !== "")
    .join("\n");
}
