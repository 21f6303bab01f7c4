import type { JobSnapshot, PlannedImage } from "../generated";

/** A job of practice mode before its first event. */
export function newSnapshot(job: string, images: readonly PlannedImage[]): JobSnapshot {
  return {
    job,
    next_seq: 0,
    started_at_ms: 0,
    elapsed_ms: 0,
    status: "running",
    steps_under_way: [],
    steps_finished: [],
    images: images.map((planned) => ({ planned, state: { kind: "waiting" }, layers: [] })),
    progress: {
      images_total: images.length,
      images_finished: 0,
      images_failed: 0,
      sent_bytes: 0,
      skipped_bytes: 0,
      total_bytes: 0,
    },
    source: { kind: "practice_account" },
    connection: { kind: "practice" },
    pulls_left: null,
    quota_check_at_ms: null,
    sign_in_error: null,
    report: null,
  };
}
