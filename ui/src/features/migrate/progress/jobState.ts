import type {
  ApiError,
  ImageProgress,
  JobEvent,
  JobSnapshot,
  LayerProgress,
  LayerState,
} from "../../../ipc/generated";
import { noSpeeds, type SpeedHistory, withSpeed } from "./speedHistory";

/** Time window of the speed measurement. */
const speedWindowMs = 10_000;

/** Above this number of images, layers of finished images are dropped, as in the program. */
const imagesWithLayers = 500;

function isThrough({ kind }: ImageProgress["state"]): boolean {
  return kind === "done" || kind === "unchanged" || kind === "failed" || kind === "cancelled";
}

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
  /** Errors of repositories that couldn't be created, by name. */
  readonly failedRepositories: Readonly<Record<string, ApiError>>;
  /** The current error of the migration journal. */
  readonly journalError: ApiError | null;
  /** Whether an event was missed, so that a new snapshot is required. */
  readonly gap: boolean;
}

/** Returns the state for a snapshot. */
export function jobFromSnapshot(snapshot: JobSnapshot): JobState {
  return {
    snapshot,
    samples: [{ elapsedMs: snapshot.elapsed_ms, sentBytes: snapshot.progress.sent_bytes }],
    speeds: noSpeeds,
    failedRepositories: {},
    journalError: null,
    gap: false,
  };
}

function withLayer(
  layers: readonly LayerProgress[],
  layer: string,
  state: LayerState,
): LayerProgress[] {
  const known = layers.some((one) => one.layer === layer);
  return known
    ? layers.map((one) => (one.layer === layer ? { layer, state } : one))
    : [...layers, { layer, state }];
}

/** A copy of the image list that one batch of events can change in place. */
interface OwnList {
  images: ImageProgress[] | null;
}

function withImage(
  images: ImageProgress[],
  number: number,
  change: (image: ImageProgress) => ImageProgress,
  own: OwnList,
): ImageProgress[] {
  // The index of an image is its number, so that no search is required.
  const at =
    images[number]?.planned.image === number
      ? number
      : images.findIndex((one) => one.planned.image === number);
  const image = images[at];
  if (image === undefined) {
    return images;
  }
  // Copies the list once per batch, because thousands of events can arrive per second.
  const changed = own.images === images ? own.images : [...images];
  changed[at] = change(image);
  own.images = changed;
  return changed;
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
  const snapshot: JobSnapshot = {
    ...before,
    next_seq: event.seq + 1,
    elapsed_ms: Math.max(before.elapsed_ms, event.elapsed_ms),
  };
  const next = (part: Partial<JobSnapshot>): JobState => ({
    ...state,
    snapshot: { ...snapshot, ...part },
  });
  const kind = event.kind;
  switch (kind.type) {
    case "started":
      return next({
        images: kind.images.map((planned) => ({ planned, state: { kind: "waiting" }, layers: [] })),
        progress: {
          ...before.progress,
          images_total: kind.images.length,
          total_bytes: kind.total_bytes,
        },
      });
    case "step_started":
      return next({ steps_under_way: [...before.steps_under_way, kind.step] });
    case "step_finished":
      return next({
        steps_under_way: before.steps_under_way.filter((one) => one !== kind.step),
        steps_finished: before.steps_finished.includes(kind.step)
          ? before.steps_finished
          : [...before.steps_finished, kind.step],
      });
    case "repository_ready":
    case "logged_in":
      return next({});
    case "repository_failed":
      return {
        ...next({}),
        failedRepositories: { ...state.failedRepositories, [kind.repository]: kind.error },
      };
    case "quota_used_up":
      return next({ quota_look_again_at_ms: kind.look_again_at_ms });
    case "quota_renewed":
      return next({ quota_look_again_at_ms: null });
    case "sign_in_needed":
      return next({ sign_in_error: kind.error });
    case "signed_in":
      return next({ sign_in_error: null });
    case "pulls_left":
      return next({ pulls_left: kind.pulls });
    case "journal_state":
      return { ...next({}), journalError: kind.error };
    case "image_state": {
      const forgets = before.images.length > imagesWithLayers && isThrough(kind.state);
      return next({
        images: withImage(
          before.images,
          kind.image,
          (image) => ({ ...image, state: kind.state, layers: forgets ? [] : image.layers }),
          own,
        ),
      });
    }
    case "layer_state":
      return next({
        images: withImage(
          before.images,
          kind.image,
          (image) => ({ ...image, layers: withLayer(image.layers, kind.layer, kind.state) }),
          own,
        ),
      });
    case "progress": {
      const after: JobState = {
        ...next({ progress: kind.progress }),
        samples: [
          ...state.samples.filter((one) => one.elapsedMs >= event.elapsed_ms - speedWindowMs),
          { elapsedMs: event.elapsed_ms, sentBytes: kind.progress.sent_bytes },
        ],
      };
      const bytesPerSecond = speedOf(after);
      return bytesPerSecond === null
        ? after
        : {
            ...after,
            speeds: withSpeed(state.speeds, { elapsedMs: event.elapsed_ms, bytesPerSecond }),
          };
    }
    case "paused":
      return { ...next({ status: "paused" }), samples: [] };
    case "resumed":
      return { ...next({ status: "running" }), samples: [] };
    case "finished":
      return next({
        status: "finished",
        steps_under_way: [],
        report: kind.report,
        elapsed_ms: kind.report.elapsed_ms,
      });
  }
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

/** Remaining bytes. */
export function bytesLeft(state: JobState): number {
  const { total_bytes, sent_bytes, skipped_bytes } = state.snapshot.progress;
  return Math.max(0, total_bytes - sent_bytes - skipped_bytes);
}

/** Remaining time at the current speed, or `null` if unknown. */
export function timeLeftMs(state: JobState): number | null {
  const speed = speedOf(state);
  return speed === null || speed <= 0 || state.snapshot.status !== "running"
    ? null
    : (bytesLeft(state) / speed) * 1000;
}

/** Percentage of a job, by bytes or, without bytes, by images. Only a finished job has 100. */
export function percentOf(snapshot: JobSnapshot): number {
  if (snapshot.status === "finished") {
    return 100;
  }
  const { progress } = snapshot;
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
