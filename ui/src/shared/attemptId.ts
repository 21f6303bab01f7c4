let attempts = 0;

/** Returns a new ID for a call that the user can stop. */
export function newAttemptId(): string {
  attempts += 1;
  return `${Date.now()}-${attempts}`;
}
