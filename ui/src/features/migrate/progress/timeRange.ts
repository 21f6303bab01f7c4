/** A remaining time that is known only roughly. */
export interface TimeRange {
  readonly lowMs: number;
  readonly highMs: number;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** Units with the highest value that uses them, and the step to which it is rounded. */
const units = [
  { below: 100 * second, size: second, name: "s", step: 10 },
  { below: 20 * minute, size: minute, name: "min", step: 1 },
  { below: 100 * minute, size: minute, name: "min", step: 5 },
  { below: Number.POSITIVE_INFINITY, size: hour, name: "h", step: 0.5 },
] as const;

/** Formats a range: `about 6–9 min`, `less than 10 s`. */
export function formatTimeRange({ lowMs, highMs }: TimeRange): string {
  const unit = units.find(({ below }) => highMs < below) ?? units[3];
  const step = unit.size * unit.step;
  const low = Math.floor(lowMs / step) * unit.step;
  const high = Math.max(1, Math.ceil(highMs / step)) * unit.step;
  if (low === 0) {
    return `less than ${high} ${unit.name}`;
  }
  return low === high ? `about ${high} ${unit.name}` : `about ${low}–${high} ${unit.name}`;
}

/** Formats a rate: `3.1 images/s`, or `4 images/min` if slower than one in two seconds. */
export function formatImageRate(imagesPerSecond: number): string {
  return imagesPerSecond < 0.5
    ? `${Math.round(imagesPerSecond * 60)} images/min`
    : `${imagesPerSecond.toFixed(1).replace(/\.0$/, "")} images/s`;
}
