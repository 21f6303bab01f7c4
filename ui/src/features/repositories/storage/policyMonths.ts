import type { AffectedImage, RepositoryDetails } from "../../../ipc/generated";
import { monthLabel, monthOf } from "./months";

/** The images that were pushed in a month: those that stay, and those that a policy removes. */
interface PolicyMonth {
  readonly month: number;
  readonly label: string;
  readonly stays: number;
  readonly goes: number;
}

/** More months can't be read in a chart. The first bar includes everything before. */
const maxMonths = 24;

/** Images by the month of their push, the last two years. What belongs to an image is counted with it, as in the list. */
export function policyMonths(
  { images, rows }: Pick<RepositoryDetails, "images" | "rows">,
  affected: readonly AffectedImage[],
  nowMs: number,
): readonly PolicyMonth[] {
  const gone = new Set(affected.map(({ digest }) => digest));
  const listed = new Set(rows.rows.map(({ digest }) => digest));
  const pushes = images
    .filter(({ digest }) => listed.has(digest))
    .map(({ digest, pushed_at_ms }) => ({
      month: monthOf(pushed_at_ms ?? 0),
      goes: gone.has(digest),
    }));
  if (pushes.length === 0) {
    return [];
  }
  const first = pushes.reduce((least, { month }) => Math.min(least, month), Number.MAX_VALUE);
  const last = pushes.reduce((most, { month }) => Math.max(most, month), monthOf(nowMs));
  const shownFrom = Math.max(first, last - maxMonths + 1);
  const months = Array.from({ length: last - shownFrom + 1 }, (_, at) => ({
    month: shownFrom + at,
    label:
      at === 0 && first < shownFrom ? `Until ${monthLabel(shownFrom)}` : monthLabel(shownFrom + at),
    stays: 0,
    goes: 0,
  }));
  for (const { month, goes } of pushes) {
    const bar = months[Math.max(month, shownFrom) - shownFrom];
    if (bar !== undefined) {
      bar[goes ? "goes" : "stays"] += 1;
    }
  }
  return months;
}

/** The ages in days after which rules of a policy remove images, by push. Empty for a text that isn't a policy. */
export function pushThresholds(text: string): readonly number[] {
  try {
    const { rules } = JSON.parse(text) as { rules?: { selection?: Record<string, unknown> }[] };
    const days = (rules ?? []).flatMap(({ selection }) =>
      selection?.countType === "sinceImagePushed" && typeof selection.countNumber === "number"
        ? selection.countNumber
        : [],
    );
    return [...new Set(days)].sort((one, other) => one - other);
  } catch {
    return [];
  }
}
