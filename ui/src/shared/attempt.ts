let attempts = 0;

/** A new name for work that a person may stop by it. */
export function newAttempt(): string {
  attempts += 1;
  return `${Date.now()}-${attempts}`;
}
