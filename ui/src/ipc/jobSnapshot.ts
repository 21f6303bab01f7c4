/**
 * The fold of a job's events into its snapshot, for the window and the fake backend. Rust has the same
 * one (`JobSnapshot::apply`); `generated/jobFold.json` holds both to each other.
 */
import type { ImageProgress, JobEvent, JobSnapshot, LayerProgress, LayerState } from "./generated";

/** A job of more images forgets the layers of finished ones, as the program does. */
const maxImagesWithLayers = 500;

function isFinished({ kind }: ImageProgress["state"]): boolean {
  return kind === "done" || kind === "unchanged" || kind === "failed" || kind === "cancelled";
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
export interface OwnList {
  images: ImageProgress[] | null;
}

function withImage(
  images: ImageProgress[],
  number: number,
  change: (image: ImageProgress) => ImageProgress,
  own: OwnList,
): ImageProgress[] {
  // Images stand at their number; thousands of them are not searched for each event.
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

/** The snapshot after the event that follows it: `event.seq` is `before.next_seq`. */
export function snapshotAfter(before: JobSnapshot, event: JobEvent, own: OwnList): JobSnapshot {
  const next = (part: Partial<JobSnapshot>): JobSnapshot => ({
    ...before,
    next_seq: event.seq + 1,
    elapsed_ms: Math.max(before.elapsed_ms, event.elapsed_ms),
    ...part,
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
    case "repository_failed":
    case "logged_in":
    case "journal_state":
    case "warning":
      return next({});
    case "quota_used_up":
      return next({ quota_check_at_ms: kind.check_at_ms });
    case "quota_renewed":
      return next({ quota_check_at_ms: null });
    case "sign_in_needed":
      return next({ sign_in_error: kind.error });
    case "signed_in":
      return next({ sign_in_error: null });
    case "pulls_left":
      return next({ pulls_left: kind.pulls });
    case "image_state": {
      const forgets = before.images.length > maxImagesWithLayers && isFinished(kind.state);
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
    case "progress":
      return next({ progress: kind.progress });
    case "paused":
      return next({ status: "paused" });
    case "resumed":
      return next({ status: "running" });
    case "finished":
      return next({
        status: "finished",
        steps_under_way: [],
        report: kind.report,
        elapsed_ms: kind.report.elapsed_ms,
      });
  }
}
