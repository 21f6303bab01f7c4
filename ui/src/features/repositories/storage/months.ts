/**
 * Months: their names, the size of a repository in each, and the use of repositories over a year.
 */
import type { MonthlyUse, RepositoryContents } from "../../../ipc/generated";

const monthFormat = new Intl.DateTimeFormat("en", {
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});

/** Formats a number of months since January 1970: `Nov 2026`. */
export function monthLabel(month: number): string {
  return monthFormat.format(Date.UTC(1970, month));
}

/** The month of a time, in months since January 1970. */
export function monthOf(timeMs: number): number {
  const date = new Date(timeMs);
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
}

/** The use of several repositories together, each month once. */
export function addMonths(all: readonly (readonly MonthlyUse[])[]): readonly MonthlyUse[] {
  const months = new Map<number, MonthlyUse>();
  for (const use of all.flat()) {
    const known = months.get(use.month);
    months.set(use.month, {
      month: use.month,
      pushed: (known?.pushed ?? 0) + use.pushed,
      pushed_bytes: (known?.pushed_bytes ?? 0) + use.pushed_bytes,
      pulled: (known?.pulled ?? 0) + use.pulled,
    });
  }
  return [...months.values()].sort((one, other) => one.month - other.month);
}

/** A month in the chart of sizes. */
interface MonthSize {
  readonly month: number;
  readonly label: string;
  readonly pushedBytes: number;
  /** The size at the end of the month, of the images that exist today. */
  readonly totalBytes: number;
}

/** More months can't be read in a chart. The first bar includes everything before. */
const maxMonths = 24;

/** Sizes from the first push to now, each month once, the last two years. */
export function monthSizes(months: readonly MonthlyUse[], nowMs: number): readonly MonthSize[] {
  const pushes = months.filter(({ pushed_bytes }) => pushed_bytes > 0);
  const first = pushes[0]?.month;
  if (first === undefined) {
    return [];
  }
  const last = Math.max(monthOf(nowMs), pushes.at(-1)?.month ?? 0);
  const shownFrom = Math.max(first, last - maxMonths + 1);
  const bytes = new Map(pushes.map(({ month, pushed_bytes }) => [month, pushed_bytes]));
  let total = pushes
    .filter(({ month }) => month < shownFrom)
    .reduce((sum, { pushed_bytes }) => sum + pushed_bytes, 0);
  const before = total;
  const sizes: MonthSize[] = [];
  for (let month = shownFrom; month <= last; month += 1) {
    const pushed = bytes.get(month) ?? 0;
    total += pushed;
    const isOldest = month === shownFrom && before > 0;
    sizes.push({
      month,
      label: isOldest ? `Until ${monthLabel(month)}` : monthLabel(month),
      pushedBytes: isOldest ? pushed + before : pushed,
      totalBytes: total,
    });
  }
  return sizes;
}

/** Months of the heat map, before the ones that are shown together as earlier. */
export const heatMonths = 12;

/** A repository in the heat map: the number of images whose last pull was in each month. */
interface HeatRow {
  readonly name: string;
  /** Whether the numbers are more than upper bounds. */
  readonly isExact: boolean;
  readonly never: number;
  readonly earlier: number;
  /** The last `heatMonths` months, the oldest first. */
  readonly months: readonly number[];
  readonly pulledAtMs: number | null;
}

export function heatRows(
  repositories: readonly RepositoryContents[],
  nowMs: number,
): readonly HeatRow[] {
  const last = monthOf(nowMs);
  const first = last - heatMonths + 1;
  return repositories.flatMap(({ name, storage }) => {
    if (storage === null) {
      return [];
    }
    const months = new Array<number>(heatMonths).fill(0);
    let earlier = 0;
    for (const { month, pulled } of storage.months) {
      if (month < first) {
        earlier += pulled;
      } else {
        // The clock of ECR can be ahead of this computer's.
        const column = Math.min(month - first, heatMonths - 1);
        months[column] = (months[column] ?? 0) + pulled;
      }
    }
    return {
      name,
      isExact: storage.images.is_exact,
      never: storage.never_pulled,
      earlier,
      months,
      pulledAtMs: storage.pulled_at_ms,
    };
  });
}

/** The shade of a number, from 0 for none to 4 for the largest. */
export function heatShade(count: number, largest: number): 0 | 1 | 2 | 3 | 4 {
  if (count <= 0 || largest <= 0) {
    return 0;
  }
  const share = Math.log(count + 1) / Math.log(largest + 1);
  return share > 0.75 ? 4 : share > 0.5 ? 3 : share > 0.25 ? 2 : 1;
}
