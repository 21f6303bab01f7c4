import type { HistoryEntry, ImageResult, JobSnapshot } from "../generated";
import { fakeIdentity, fakeRegistry } from "./data";
import { fakeSummary } from "./summary";

/** Converts a job into a history entry. */
export function fakeHistoryEntry(job: JobSnapshot): HistoryEntry {
  const results = job.report?.images.map((image) => image.result.kind) ?? [];
  const count = (kind: ImageResult["kind"]) => results.filter((one) => one === kind).length;
  return {
    migration: job.job,
    state: job.report?.outcome ?? "running",
    summary: job.report?.summary ?? fakeSummary("running", { images: job.images.length }),
    started_at_ms: job.started_at_ms,
    elapsed_ms: job.elapsed_ms,
    identity: job.report?.identity ?? fakeIdentity(true, null),
    registry: job.report?.registry ?? fakeRegistry(true),
    source: { kind: "practice_account" },
    repositories_created: job.report?.repositories_created.length ?? 0,
    policies_not_set: job.report?.policies_not_set.length ?? 0,
    images: job.images.length,
    moved: count("moved"),
    unchanged: count("unchanged"),
    failed: count("failed"),
    sent_bytes: job.progress.sent_bytes,
    skipped_bytes: job.progress.skipped_bytes,
    undone: null,
  };
}
