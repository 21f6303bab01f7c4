import type { ApiError } from "./generated";

/**
 * Converts a rejected call into an `ApiError`. Anything else, such as a missing command, becomes
 * `internal`.
 */
export function toApiError(rejection: unknown): ApiError {
  if (typeof rejection === "object" && rejection !== null) {
    const fields = rejection as Partial<ApiError>;
    if (typeof fields.code === "string" && typeof fields.message === "string") {
      return {
        code: fields.code,
        message: fields.message,
        hints: fields.hints ?? [],
        causes: fields.causes ?? [],
        retryable: fields.retryable ?? false,
        subject: fields.subject ?? null,
      };
    }
  }
  const cause = rejection instanceof Error ? rejection.message : String(rejection);
  return {
    code: "internal",
    message: "Transload couldn’t process a request of the window.",
    hints: [],
    causes: [cause],
    retryable: false,
    subject: null,
  };
}
