/** Decimal units, as in the Docker CLI and the ECR console. */
const byteUnits = ["B", "kB", "MB", "GB", "TB", "PB"] as const;

/** Formats bytes: `999 B`, `1.5 kB`, `123 MB`. One decimal below 100. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // 1,000 of a unit is 1 of the next unit.
  while (value >= 999.5 && unit < byteUnits.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && value < 99.95 ? 1 : 0;
  return `${value.toFixed(digits).replace(/\.0$/, "")} ${byteUnits[unit]}`;
}

export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

const countFormat = new Intl.NumberFormat("en");

/** Formats a count: `10,000`. */
export function formatCount(count: number): string {
  return countFormat.format(count);
}

/** Formats a count that can be an upper bound: `140`, `≤ 140`. */
export function formatAtMost(count: number, isExact: boolean): string {
  return isExact || count === 0 ? formatCount(count) : `≤ ${formatCount(count)}`;
}

/** Formats a count with its noun: `1 image`, `10,000 images`. */
export function formatCounted(count: number, one: string, many: string): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** Formats a percentage: `45%`. */
export function formatPercent(percent: number): string {
  return `${formatCount(percent)}%`;
}

/** Formats a duration in its two largest units: `< 1 s`, `12 s`, `3 min 5 s`, `2 h 10 min`. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 1) {
    return "< 1 s";
  }
  const units: readonly (readonly [string, number])[] = [
    ["d", 86_400],
    ["h", 3_600],
    ["min", 60],
    ["s", 1],
  ];
  const first = units.findIndex(([, size]) => seconds >= size);
  let rest = seconds;
  const parts: string[] = [];
  for (const [name, size] of units.slice(first, first + 2)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) {
      parts.push(`${count} ${name}`);
    }
  }
  return parts.join(" ");
}

const relativeFormat = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

const relativeUnits: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

const dayParts: Intl.DateTimeFormatOptions = { day: "numeric", month: "short", year: "numeric" };
const dayFormat = new Intl.DateTimeFormat("en-GB", dayParts);
const LONGEST_RELATIVE_SECONDS = 30 * 86_400;

/**
 * Formats a relative time: `just now`, `5 minutes ago`, `in 2 hours`, `yesterday`. After 30 days,
 * formats the local date, such as `3 Feb 2025`, so that older tags can be compared.
 */
export function formatRelative(timeMs: number, nowMs: number): string {
  const seconds = (timeMs - nowMs) / 1000;
  if (Math.abs(seconds) >= LONGEST_RELATIVE_SECONDS) {
    return dayFormat.format(timeMs);
  }
  for (const [unit, size] of relativeUnits) {
    if (Math.abs(seconds) >= size) {
      return relativeFormat.format(Math.trunc(seconds / size), unit);
    }
  }
  return "just now";
}

const exactParts: Intl.DateTimeFormatOptions = {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  timeZoneName: "short",
};
// Creating a formatter is expensive, so it is reused.
const exactFormat = new Intl.DateTimeFormat("en-GB", exactParts);

/** Formats a UTC date: `2036-04-01`. */
export function formatDay(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}

/**
 * Formats an exact time with its zone: `23 Nov 2026, 14:05:09 UTC`. Uses the local zone unless a
 * test sets one.
 */
export function formatExact(timeMs: number, timeZone?: string): string {
  return timeZone === undefined
    ? exactFormat.format(timeMs)
    : new Intl.DateTimeFormat("en-GB", { ...exactParts, timeZone }).format(timeMs);
}

/** Shortens a digest: `sha256:0123456789ab`. */
export function shortDigest(digest: string): string {
  const colon = digest.indexOf(":");
  return digest.slice(0, colon + 1 + 12);
}

const clockFormat = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

/** Formats the local time of day: `15:20:05`. */
export function formatClock(timeMs: number): string {
  return clockFormat.format(timeMs);
}
