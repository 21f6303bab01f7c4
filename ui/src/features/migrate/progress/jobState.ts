/**
 * A job as the window shows it: its snapshot, and the speed and time that follow from its events.
 * Pure.
 */
import type { ApiError, ImageProgress, JobEvent, JobSnapshot } from "../../../ipc/generated";
import { type OwnList, snapshotAfter } from "../../../ipc/jobSnapshot";
import { noSpeeds, type SpeedHistory, withSpeed } from "./speedHistory";
import { firstThroughput, remainingTime, type Throughput, throughputAfter } from "./throughput";
import type { TimeRange } from "./timeRange";

/** Time window of the speed measurement. */
const speedWindowMs = 10_000;

/** Uploaded bytes at a point in time. */
export interface Sample {
  readonly elapsedMs: number;
  readonly sentBytes: number;
}

/** The state of a job in the window: the last snapshot plus later events. */
export interface JobState {
  readonly snapshot: JobSnapshot;
  readonly samples: readonly Sample[];
  /** Upload speed since the window follows the job. */
  readonly speeds: SpeedHistory;
  /** The smoothed throughput, for the time left. */
  readonly throughput: Throughput;
  /** Errors of repositories that couldn't be created, by name. */
  readonly failedRepositories: Readonly<Record<string, ApiError>>;
  /** The current error of the migration journal. */
  readonly journalError: ApiError | null;
  /** Whether an event was missed, so that a new snapshot is required. */
  readonly gap: boolean;
}

/**
 * Returns the state for a snapshot. `earlier` are the speeds that were measured before; a run that
 * was resumed counts its time from the beginning, so they end there.
 */
export function jobFromSnapshot(snapshot: JobSnapshot, earlier: SpeedHistory = noSpeeds): JobState {
  const before = earlier.points.at(-1)?.elapsedMs ?? 0;
  return {
    snapshot,
    samples: [{ elapsedMs: snapshot.elapsed_ms, sentBytes: snapshot.progress.sent_bytes }],
    speeds: before <= snapshot.elapsed_ms ? earlier : noSpeeds,
    throughput: firstThroughput(snapshot.elapsed_ms, snapshot.progress),
    failedRepositories: {},
    journalError: null,
    gap: false,
  };
}

/** Applies events to the state. Events that were already applied are ignored. */
export function jobAfter(state: JobState, events: readonly JobEvent[]): JobState {
  const own: OwnList = { images: null };
  return events.reduce((before, event) => jobAfterOne(before, event, own), state);
}

function jobAfterOne(state: JobState, event: JobEvent, own: OwnList): JobState {
  const before = state.snapshot;
  if (event.job !== before.job || event.seq < before.next_seq || state.gap) {
    return state;
  }
  if (event.seq > before.next_seq) {
    return { ...state, gap: true };
  }
  const after: JobState = { ...state, snapshot: snapshotAfter(before, event, own) };
  const kind = event.kind;
  switch (kind.type) {
    case "repository_failed":
      return {
        ...after,
        failedRepositories: { ...state.failedRepositories, [kind.repository]: kind.error },
      };
    case "journal_state":
      return { ...after, journalError: kind.error };
    case "progress":
      return {
        ...measured(after, event.elapsed_ms, kind.progress.sent_bytes),
        throughput: throughputAfter(state.throughput, event.elapsed_ms, kind.progress),
      };
    // The time of a pause is not part of the speed.
    case "paused":
    case "resumed":
      return { ...after, samples: [], throughput: { ...state.throughput, last: null } };
    default:
      return after;
  }
}

/** The job with one more measurement of its speed. */
function measured(state: JobState, elapsedMs: number, sentBytes: number): JobState {
  const recent = state.samples.filter((one) => one.elapsedMs >= elapsedMs - speedWindowMs);
  const after: JobState = { ...state, samples: [...recent, { elapsedMs, sentBytes }] };
  const bytesPerSecond = speedOf(after);
  return bytesPerSecond === null
    ? after
    : { ...after, speeds: withSpeed(state.speeds, { elapsedMs, bytesPerSecond }) };
}

/** Upload speed over the last ten seconds, or `null` if unknown. */
export function speedOf(state: JobState): number | null {
  const first = state.samples[0];
  const last = state.samples[state.samples.length - 1];
  if (first === undefined || last === undefined || last.elapsedMs - first.elapsedMs < 500) {
    return null;
  }
  return ((last.sentBytes - first.sentBytes) / (last.elapsedMs - first.elapsedMs)) * 1000;
}

export function bytesLeft(state: JobState): number {
  const { total_bytes, sent_bytes, skipped_bytes } = state.snapshot.progress;
  return Math.max(0, total_bytes - sent_bytes - skipped_bytes);
}

/** The remaining time, or `null` if unknown. */
export function jobTimeLeft(state: JobState): TimeRange | null {
  const { status, progress } = state.snapshot;
  if (status !== "running") {
    return null;
  }
  const images = progress.images_total - progress.images_finished;
  return remainingTime(state.throughput, { bytes: bytesLeft(state), images });
}

/** Percentage of a job, by bytes or, without bytes, by images. Only a finished job has 100. */
export function percentOf({ status, progress }: Pick<JobSnapshot, "status" | "progress">): number {
  if (status === "finished") {
    return 100;
  }
  const share =
    progress.total_bytes > 0
      ? (progress.sent_bytes + progress.skipped_bytes) / progress.total_bytes
      : progress.images_total > 0
        ? progress.images_finished / progress.images_total
        : 0;
  return Math.min(99, Math.floor(share * 100));
}

/** Uploaded and total bytes of an image. */
export function imageBytes(image: ImageProgress): { sent: number; total: number } {
  let [sent, total] = [0, 0];
  for (const { state } of image.layers) {
    if (state.kind === "sending") {
      sent += state.sent_bytes;
      total += state.total_bytes ?? state.sent_bytes;
    } else if (state.kind === "done") {
      sent += state.sent_bytes;
      total += state.sent_bytes;
    } else if (state.kind === "waiting") {
      total += state.total_bytes ?? 0;
    }
  }
  return { sent, total };
}
