/** Powers of 1,000, as registries and disks count; not of 1,024. */
const byteUnits = ["B", "KB", "MB", "GB", "TB", "PB"] as const;

/** Bytes for people: `999 B`, `1.5 KB`, `123 MB`. One decimal below 100 of a unit. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // A value that would be written as 1,000 of a unit belongs to the next one.
  while (value >= 999.5 && unit < byteUnits.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && value < 99.95 ? 1 : 0;
  return `${value.toFixed(digits).replace(/\.0$/, "")} ${byteUnits[unit]}`;
}

/** Bytes a second for people. */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

const countFormat = new Intl.NumberFormat("en");

/** A count with separators: `10,000`. */
export function formatCount(count: number): string {
  return countFormat.format(count);
}

/** A count with its noun: `1 image`, `10,000 images`. */
export function formatCounted(count: number, one: string, many: string): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** Milliseconds for people, in its two largest units: `< 1 s`, `12 s`, `3 min 5 s`, `2 h 10 min`. */
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
 * A time as seen from now: `just now`, `5 minutes ago`, `in 2 hours`, `yesterday`. From 30 days on
 * it is the local day, such as `3 Feb 2025`: a row of tags that all say "last year" hides which is
 * the newest.
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
// Making a format costs more than using it many times.
const exactFormat = new Intl.DateTimeFormat("en-GB", exactParts);

/** A day without a time, such as 2036-04-01, in UTC. */
export function formatDay(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}

/**
 * A time to the second with its zone, such as `23 Nov 2026, 14:05:09 UTC`. The zone is the
 * computer's own; a test may name one.
 */
export function formatExact(timeMs: number, timeZone?: string): string {
  return timeZone === undefined
    ? exactFormat.format(timeMs)
    : new Intl.DateTimeFormat("en-GB", { ...exactParts, timeZone }).format(timeMs);
}

/** A digest cut to the length at which people compare: `sha256:0123456789ab`. */
export function shortDigest(digest: string): string {
  const colon = digest.indexOf(":");
  return digest.slice(0, colon + 1 + 12);
}

const clockFormat = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

/** The local time of day: `15:20:05`. */
export function formatClock(timeMs: number): string {
  return clockFormat.format(timeMs);
}
