/** Sentences about the totals of a plan. */
import type { ExpectedTime, NeededQuota, PlanTotals } from "../../../ipc/generated";
import {
  formatBytes,
  formatClock,
  formatCount,
  formatCounted,
  formatDuration,
  formatRate,
} from "../../../shared/format";

/** Storage cost per month. */
export function monthlyCost(storedBytes: number, rate: number): string {
  const dollars = (storedBytes / 1e9) * rate;
  return dollars > 0 && dollars < 0.01 ? "less than $0.01" : `$${dollars.toFixed(2)}`;
}

/** Required and remaining pulls. */
export function quotaText(quota: NeededQuota, atLeast: boolean): string {
  const pulls = formatCounted(quota.needed, "pull", "pulls");
  const needed = atLeast ? `at least ${pulls}` : pulls;
  return quota.left === null
    ? `${needed} required, no limit`
    : `${needed} required, ${formatCount(quota.left)} remaining`;
}

/**
 * Describes when the limit is renewed. Docker Hub uses a sliding window and reports only its
 * length.
 */
export function quotaNote(quota: NeededQuota, nowMs: number): string | null {
  if (quota.left === null || quota.window_seconds === null) {
    return null;
  }
  const returns = `The limit is fully renewed by ${formatClock(nowMs + quota.window_seconds * 1000)}.`;
  return quota.left < quota.needed
    ? `${returns} The migration waits and then continues automatically.`
    : returns;
}

/** Estimated duration. */
export function durationText({ elapsed_ms }: ExpectedTime): string {
  return `about ${elapsed_ms < 1000 ? "a moment" : formatDuration(elapsed_ms)}`;
}

/** Speed of the estimate, and where it is from. */
export function expectedText(expected: ExpectedTime): string {
  const last =
    expected.migrations === 1
      ? "the last similar migration"
      : `the last ${formatCount(expected.migrations)} similar migrations`;
  return `${durationText(expected)} at ${formatRate(expected.bytes_per_second)}, based on ${last}`;
}

/** Upload that blob mounting saves, or would save. */
export function mountingNote(totals: PlanTotals): string | null {
  const { mountable_bytes, blob_mounting } = totals;
  if (mountable_bytes === 0 || blob_mounting === null) {
    return null;
  }
  return blob_mounting
    ? `Blob mounting saves ${formatBytes(mountable_bytes)}.`
    : `Blob mounting is off. It would save ${formatBytes(mountable_bytes)}.`;
}

/** Number of referrer tags to write, or `null`. */
export function referrersText(totals: PlanTotals): string | null {
  const parts: string[] = [];
  if (totals.referrer_tags > 0) {
    parts.push(`${formatCounted(totals.referrer_tags, "tag", "tags")} to copy`);
  }
  if (totals.referrer_tags_kept > 0) {
    parts.push(`${formatCounted(totals.referrer_tags_kept, "tag", "tags")} kept in ECR`);
  }
  if (totals.referrers_unknown > 0) {
    const images = formatCounted(totals.referrers_unknown, "image", "images");
    parts.push(`${images} checked when copied`);
  }
  return parts.length === 0 ? null : parts.join(", ");
}
