/** Entries of the history that tests share. */
import { fakeIdentity, fakeRegistry } from "../ipc/fake/fixtures";
import type { HistoryEntry, Undone } from "../ipc/generated";
import { reportSummary } from "./reportSummary";

/** An interrupted practice migration of five images. */
export const interruptedEntry: HistoryEntry = {
  migration: "migration-1",
  state: "interrupted",
  summary: reportSummary(
    "interrupted",
    { images: 5, equal: 3, up_to_date: 1, failed: 1, unknown: 1 },
    { text: "5 images: 3 verified equal, 1 failed, 1 unknown." },
  ),
  started_at_ms: 1_795_000_000_000,
  elapsed_ms: 65_000,
  error: null,
  identity: fakeIdentity(true, null),
  registry: fakeRegistry(true),
  source: { kind: "practice_account" },
  repositories_created: 0,
  policies_not_set: 0,
  images: 5,
  moved: 2,
  unchanged: 1,
  failed: 1,
  sent_bytes: 1_000_000,
  skipped_bytes: 0,
  undone: null,
};

export function undone(left: number, cancelled = false): Undone {
  return {
    at_ms: 1_795_000_100_000,
    totals: { tags_removed: 1, tags_restored: 0, images_deleted: 1, repositories_deleted: 0, left },
    cancelled,
  };
}
