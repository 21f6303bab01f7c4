import type { HistoryEntry, HistoryState, ImageResult, JobSnapshot } from "../generated";
import { fakeIdentity, fakeRegistry } from "./data";

/** A job as the history lists it. */
export function fakeHistoryEntry(job: JobSnapshot): HistoryEntry {
  const results = job.report?.images.map((image) => image.result.kind) ?? [];
  const count = (kind: ImageResult["kind"]) => results.filter((one) => one === kind).length;
  const outcome = job.report?.outcome;
  const state: HistoryState = outcome === undefined ? "running" : outcome;
  return {
    migration: job.job,
    state,
    started_at_ms: job.started_at_ms,
    elapsed_ms: job.elapsed_ms,
    identity: job.report?.identity ?? fakeIdentity(true, null),
    registry: job.report?.registry ?? fakeRegistry(true),
    source: { kind: "practice_account" },
    images: job.images.length,
    moved: count("moved"),
    unchanged: count("unchanged"),
    failed: count("failed"),
    sent_bytes: job.progress.sent_bytes,
    skipped_bytes: job.progress.skipped_bytes,
    undone: null,
  };
}
