/** A value that AWS reports: one that this version knows, or another one as AWS wrote it. */
export type Reported<T> = T | { unknown: string };

function isUnknown(value: unknown): value is { unknown: string } {
  return (
    typeof value === "object" &&
    value !== null &&
    "unknown" in value &&
    typeof value.unknown === "string"
  );
}

export function isKnown<T>(value: Reported<T>): value is T {
  return !isUnknown(value);
}

/** The text of a value: its label, or the word of AWS. */
export function reportedText<T>(value: Reported<T>, label: (known: T) => string): string {
  return isKnown(value) ? label(value) : (value as { unknown: string }).unknown;
}

/** The unknown values anywhere in a value, each once. What has some can't be written again by a form. */
export function unknownValues(value: unknown): readonly string[] {
  if (isUnknown(value)) {
    return [value.unknown];
  }
  if (typeof value !== "object" || value === null) {
    return [];
  }
  return [...new Set(Object.values(value).flatMap(unknownValues))];
}

/** Why a form can't change settings with unknown values, or `undefined`. */
export function unchangeableReason(value: unknown): string | undefined {
  const unknown = unknownValues(value);
  return unknown.length === 0
    ? undefined
    : `Transload doesn’t know ${unknown.join(", ")} and can’t keep it. Use the AWS console.`;
}
