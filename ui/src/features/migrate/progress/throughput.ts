/** The throughput of a job, smoothed so that the time left doesn't jump. */
import type { JobProgress } from "../../../ipc/generated";
import type { TimeRange } from "./timeRange";

/** Time in which the weight of older work falls to a third. */
const smoothingMs = 60_000;
/** The throughput is unknown below this time. */
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
export interface Throughput {
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

/** The throughput at the first measurement of a job. */
export function firstThroughput(elapsedMs: number, progress: JobProgress): Throughput {
  return { ms: 0, bytes: 0, images: 0, last: doneOf(elapsedMs, progress) };
}

/** The throughput after another measurement. */
export function throughputAfter(
  throughput: Throughput,
  elapsedMs: number,
  progress: JobProgress,
): Throughput {
  const now = doneOf(elapsedMs, progress);
  const last = throughput.last ?? now;
  const passed = Math.max(0, now.elapsedMs - last.elapsedMs);
  const weight = Math.exp(-passed / smoothingMs);
  return {
    ms: throughput.ms * weight + passed,
    bytes: throughput.bytes * weight + Math.max(0, now.bytes - last.bytes),
    images: throughput.images * weight + Math.max(0, now.images - last.images),
    last: now,
  };
}

/** The smoothed number of images per second, or `null` if unknown. */
export function imagesPerSecond({ ms, images }: Throughput): number | null {
  return ms < shortestMs || images <= 0 ? null : (images / ms) * 1000;
}

/** Estimates the remaining time from bytes and images. `null` if nothing was measured. */
export function remainingTime(
  throughput: Throughput,
  left: { bytes: number; images: number },
): TimeRange | null {
  if (throughput.ms < shortestMs) {
    return null;
  }
  const estimates = [
    [left.bytes, throughput.bytes],
    [left.images, throughput.images],
  ].flatMap(([rest = 0, done = 0]) =>
    rest > 0 && done > 0 ? [(rest / done) * throughput.ms] : [],
  );
  if (estimates.length === 0) {
    return null;
  }
  // Many small images take longer than their bytes suggest, and large ones less than their number.
  const middle = estimates.reduce((product, one) => product * one, 1) ** (1 / estimates.length);
  return { lowMs: middle * (1 - uncertainty), highMs: middle * (1 + uncertainty) };
}
