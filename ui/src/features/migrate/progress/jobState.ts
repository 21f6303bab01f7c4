import type {
  ApiError,
  ImageProgress,
  JobEvent,
  JobSnapshot,
  LayerProgress,
  LayerState,
} from "../../../ipc/generated";
import { noSpeeds, type SpeedHistory, withSpeed } from "./speedHistory";

/** How far back speed is measured. */
const speedWindowMs = 10_000;

/** A job of more images forgets the layers of those that are through, as the program does. */
const imagesWithLayers = 500;

function isThrough({ kind }: ImageProgress["state"]): boolean {
  return kind === "done" || kind === "unchanged" || kind === "failed" || kind === "cancelled";
}

/** Bytes that were sent at a moment of the job. */
export interface Sample {
  readonly elapsedMs: number;
  readonly sentBytes: number;
}

/** What the window knows of a job: a snapshot, brought on by events. */
export interface JobState {
  readonly snapshot: JobSnapshot;
  readonly samples: readonly Sample[];
  /** How fast it was, since the window follows it. */
  readonly speeds: SpeedHistory;
  /** Why repositories could not be made, by name. */
  readonly failedRepositories: Readonly<Record<string, ApiError>>;
  /** Why the history cannot be written at the moment. */
  readonly journalError: ApiError | null;
  /** An event is missing; the job wants a new snapshot. */
  readonly gap: boolean;
}

/** A job as a snapshot shows it. */
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

/** The list of images that one batch of events made for itself, and may change in place. */
interface OwnList {
  images: ImageProgress[] | null;
}

function withImage(
  images: ImageProgress[],
  number: number,
  change: (image: ImageProgress) => ImageProgress,
  own: OwnList,
): ImageProgress[] {
  // Images stand at their number; thousands of them are not walked through for each event.
  const at =
    images[number]?.planned.image === number
      ? number
      : images.findIndex((one) => one.planned.image === number);
  const image = images[at];
  if (image === undefined) {
    return images;
  }
  // Nor are they copied for each: thousands of events come in a second.
  const changed = own.images === images ? own.images : [...images];
  changed[at] = change(image);
  own.images = changed;
  return changed;
}

/** The job after some events. One that was there already changes nothing. */
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

/** Bytes a second over the last ten seconds; nothing where too little is known. */
export function speedOf(state: JobState): number | null {
  const first = state.samples[0];
  const last = state.samples[state.samples.length - 1];
  if (first === undefined || last === undefined || last.elapsedMs - first.elapsedMs < 500) {
    return null;
  }
  return ((last.sentBytes - first.sentBytes) / (last.elapsedMs - first.elapsedMs)) * 1000;
}

/** Bytes still to go. */
export function bytesLeft(state: JobState): number {
  const { total_bytes, sent_bytes, skipped_bytes } = state.snapshot.progress;
  return Math.max(0, total_bytes - sent_bytes - skipped_bytes);
}

/** Milliseconds that the rest takes at the present speed; nothing where that cannot be said. */
export function timeLeftMs(state: JobState): number | null {
  const speed = speedOf(state);
  return speed === null || speed <= 0 || state.snapshot.status !== "running"
    ? null
    : (bytesLeft(state) / speed) * 1000;
}

/**
 * How far a job is, from 0 to 100. Bytes count where there are any to move, images where not;
 * 100 is only said of a job that is over.
 */
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

/** How much of an image was sent, from its layers. */
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
