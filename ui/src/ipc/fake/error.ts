import type { ApiError, ErrorCode } from "../generated";

/** An error as the program sends it. */
export function fakeError(
  code: ErrorCode,
  message = `It failed with ${code}.`,
  subject: string | null = null,
): ApiError {
  return { code, message, hints: [], causes: [], retryable: true, subject };
}
