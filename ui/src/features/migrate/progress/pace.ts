/** The pace of a job, smoothed so that the time left doesn't jump. */
import type { JobProgress } from "../../../ipc/generated";
import type { TimeRange } from "./timeRange";

/** Time in which the weight of older work falls to a third. */
const smoothingMs = 60_000;
/** The pace is unknown below this time. */
const shortestMs = 2_000;
/** How far the actual time may be from the estimate. */
const uncertainty = 0.2;

interface Done {
  readonly elapsedMs: number;
  /** Bytes that were sent or reused. */
  readonly bytes: number;
  readonly images: number;
}

/** Work and the time that it took. Older work weighs less. */
export interface Pace {
  readonly ms: number;
  readonly bytes: number;
  readonly images: number;
  /** The last measurement, or `null` after a pause. */
  readonly last: Done | null;
}

function doneOf(elapsedMs: number, progress: JobProgress): Done {
  const bytes = progress.sent_bytes + progress.skipped_bytes;
  return { elapsedMs, bytes, images: progress.images_finished };
}

/** The pace at the first measurement of a job. */
export function firstPace(elapsedMs: number, progress: JobProgress): Pace {
  return { ms: 0, bytes: 0, images: 0, last: doneOf(elapsedMs, progress) };
}

/** The pace after another measurement. */
export function paceAfter(pace: Pace, elapsedMs: number, progress: JobProgress): Pace {
  const now = doneOf(elapsedMs, progress);
  const last = pace.last ?? now;
  const passed = Math.max(0, now.elapsedMs - last.elapsedMs);
  const weight = Math.exp(-passed / smoothingMs);
  return {
    ms: pace.ms * weight + passed,
    bytes: pace.bytes * weight + Math.max(0, now.bytes - last.bytes),
    images: pace.images * weight + Math.max(0, now.images - last.images),
    last: now,
  };
}

/** The smoothed number of images per second, or `null` if unknown. */
export function imagesPerSecond({ ms, images }: Pace): number | null {
  return ms < shortestMs || images <= 0 ? null : (images / ms) * 1000;
}

/** Estimates the remaining time from bytes and images. `null` if nothing was measured. */
export function remainingTime(
  pace: Pace,
  left: { bytes: number; images: number },
): TimeRange | null {
  if (pace.ms < shortestMs) {
    return null;
  }
  const estimates = [
    [left.bytes, pace.bytes],
    [left.images, pace.images],
  ].flatMap(([rest = 0, done = 0]) => (rest > 0 && done > 0 ? [(rest / done) * pace.ms] : []));
  if (estimates.length === 0) {
    return null;
  }
  // Many small images take longer than their bytes suggest, and large ones less than their number.
  const middle = estimates.reduce((product, one) => product * one, 1) ** (1 / estimates.length);
  return { lowMs: middle * (1 - uncertainty), highMs: middle * (1 + uncertainty) };
}
