import type {
  ApiError,
  ImageReport,
  ImageResult,
  ImageStanding,
  JobEventKind,
  MigrationPlan,
  MigrationReport,
  PlannedImage,
} from "../generated";
import { events as recordedEvents, report as recordedReport } from "./recorded/practice";

/** What a job reports: its events in order, and the report if it is stopped. */
export interface JobRecording {
  readonly events: readonly JobEventKind[];
  readonly stopped: MigrationReport;
}

const isImageEvent = ({ type }: JobEventKind) => type === "image_state" || type === "layer_state";
const firstImageEvent = recordedEvents.findIndex(isImageEvent);
const beforeImages = recordedEvents.slice(1, firstImageEvent);
const ofImage = recordedEvents.filter(isImageEvent);
const bytesOfImage = recordedReport.sent_bytes ?? 0;

/** The recorded report of an image, with the names of this one and another result. */
function imageReport(planned: PlannedImage, result: ImageResult): ImageReport {
  const [recorded] = recordedReport.images;
  if (recorded === undefined) {
    throw new Error("the recorded report has no image");
  }
  const { image, source, destination, route } = planned;
  const own = { ...recorded, image, source, destination, route, result };
  if (result.kind === "moved" || result.kind === "unchanged") {
    const digest = planned.source_digest ?? recorded.source_digest;
    const exact = route === "registry_to_registry";
    return {
      ...own,
      source_digest: planned.source_digest,
      pushed_digest: result.kind === "moved" ? digest : null,
      registry_digest: digest,
      ecr_digest: digest,
      proof: exact ? "equal" : "same_content",
      standing: exact ? "equal" : "equal_to_pushed",
      sent_bytes: result.kind === "moved" ? recorded.sent_bytes : 0,
    };
  }
  return {
    ...own,
    source_digest: planned.source_digest,
    pushed_digest: null,
    registry_digest: null,
    ecr_digest: null,
    proof: "not_proved",
    standing: result.kind === "failed" ? "failed" : "not_finished",
    platforms: [],
    sent_bytes: 0,
  };
}

/** The recorded report with these images and this headline. */
function reportOf(
  plan: MigrationPlan,
  images: ImageReport[],
  headline: Pick<MigrationReport, "outcome"> & Pick<MigrationReport["summary"], "status" | "title">,
): MigrationReport {
  const { outcome, status, title } = headline;
  const count = (standing: ImageStanding) =>
    images.filter((image) => image.standing === standing).length;
  return {
    ...recordedReport,
    outcome,
    summary: {
      status,
      title,
      text: `${images.length} images.`,
      notes: [],
      counts: {
        images: images.length,
        equal: count("equal"),
        equal_to_pushed: count("equal_to_pushed"),
        up_to_date: 0,
        kept: 0,
        failed: count("failed"),
        not_finished: count("not_finished"),
        unknown: 0,
      },
    },
    identity: plan.identity,
    registry: plan.registry,
    repositories_created: plan.repositories.map(({ name }) => name),
    images,
    sent_bytes: images.reduce((sum, image) => sum + (image.sent_bytes ?? 0), 0),
  };
}

/**
 * The recorded job with the images of this plan: each is copied as the recorded one was, in turn.
 * `failures` are the images that fail instead, by number.
 */
export function jobRecording(
  plan: MigrationPlan,
  failures: Readonly<Record<number, ApiError>> = {},
): JobRecording {
  const copied = plan.images.filter(({ action }) => ["move", "overwrite"].includes(action.kind));
  const progress = {
    images_total: plan.images.length,
    images_finished: 0,
    images_failed: 0,
    sent_bytes: 0,
    skipped_bytes: 0,
    total_bytes: copied.length * bytesOfImage,
  };
  const result = ({ image }: PlannedImage): ImageResult => {
    const error = failures[image];
    if (error !== undefined) {
      return { kind: "failed", error };
    }
    return { kind: copied.some((one) => one.image === image) ? "moved" : "unchanged" };
  };
  const copy = ({ image }: PlannedImage): JobEventKind[] => {
    const error = failures[image];
    progress.images_finished += 1;
    if (error !== undefined) {
      progress.images_failed += 1;
      return [
        { type: "image_state", image, state: { kind: "pushing" } },
        { type: "image_state", image, state: { kind: "failed", error } },
        { type: "progress", progress: { ...progress } },
      ];
    }
    return ofImage.flatMap((event): JobEventKind[] => {
      const own = { ...event, image } as JobEventKind;
      if (event.type === "layer_state" && event.state.kind === "done") {
        progress.sent_bytes += event.state.sent_bytes;
        return [own, { type: "progress", progress: { ...progress } }];
      }
      return [own];
    });
  };
  const failed = Object.keys(failures).length;
  const succeeded = copied.length - failed;
  const headline =
    failed === 0
      ? { outcome: recordedReport.outcome, ...recordedReport.summary }
      : ({ outcome: "partly_failed", status: "warning", title: "Some images failed" } as const);
  return {
    events: [
      { type: "started", images: plan.images, total_bytes: progress.total_bytes },
      ...beforeImages,
      ...plan.repositories.map(
        ({ name, exists }): JobEventKind => ({
          type: "repository_ready",
          repository: name,
          created: !exists,
        }),
      ),
      { type: "step_finished", step: "create", succeeded: plan.repositories.length, failed: 0 },
      ...copied.flatMap(copy),
      { type: "step_finished", step: "push", succeeded, failed },
      { type: "step_started", step: "verify" },
      { type: "step_finished", step: "verify", succeeded, failed: 0 },
      {
        type: "finished",
        report: reportOf(
          plan,
          plan.images.map((image) => imageReport(image, result(image))),
          headline,
        ),
      },
    ],
    stopped: reportOf(
      plan,
      plan.images.map((image) => imageReport(image, { kind: "cancelled" })),
      { outcome: "cancelled", status: "stopped", title: "No images copied, all remaining" },
    ),
  };
}
