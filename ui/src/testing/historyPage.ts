/** A report, and what the tests of the history page do with its table. */
import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, waitFor } from "@testing-library/react";
import { expect } from "vitest";
import { fakeIdentity, fakeRegistry } from "../ipc/fake/fixtures";
import type { HistoryEntry, MigrationReport } from "../ipc/generated";
import { interruptedEntry, undone } from "./historyEntry";
import { imageReport } from "./imageReport";
import { reportSummary } from "./reportSummary";

export const report: MigrationReport = {
  job: "migration-1",
  outcome: "interrupted",
  summary: reportSummary(
    "interrupted",
    { images: 3, equal: 2, not_finished: 1 },
    {
      text: "3 images: 2 verified equal, 1 not finished.",
      notes: ["1 referrer was not copied."],
    },
  ),
  identity: fakeIdentity(true, null),
  registry: fakeRegistry(true),
  started_at_ms: 1_795_000_000_000,
  elapsed_ms: 65_000,
  repositories_created: [],
  repositories_empty: [],
  images: [
    imageReport({
      source_moved_to: `sha256:${"b".repeat(64)}`,
      platforms: [
        { platform: "linux/amd64", digest: `sha256:${"c".repeat(64)}`, in_ecr: true },
        { platform: "linux/arm64/v8", digest: `sha256:${"d".repeat(64)}`, in_ecr: true },
      ],
    }),
    imageReport({
      image: 1,
      left_behind: [
        {
          name: "sha256-aaaa.sig",
          error: {
            code: "registry_failed",
            message: "It failed.",
            hints: [],
            causes: [],
            retryable: true,
            subject: null,
          },
        },
      ],
    }),
    imageReport({
      image: 2,
      result: { kind: "cancelled" },
      proof: "not_proved",
      standing: "not_finished",
      ecr_digest: null,
    }),
  ],
  sent_bytes: 2,
  skipped_bytes: 0,
  temporary_tags_left: [],
  policies_not_set: [],
  journal_error: null,
  run_error: null,
  part: null,
  missing_parts: [],
  verified_at_ms: null,
};

/** One that was undone, and of which so much was left. */
export const undoneEntry = (left: number): HistoryEntry => ({
  ...interruptedEntry,
  undone: undone(left),
});

export const table = () => createWrapper(document.body).findTable('[data-testid="history-table"]');
export const chooseAction = (menu: string, item: string) => {
  const found = () => createWrapper().findButtonDropdown(`[data-testid="${menu}"]`);
  act(() => found()?.openDropdown());
  act(() => found()?.findItemById(item)?.click());
};
export const selectRow = async (row: number) => {
  await waitFor(() => expect(table()?.findRows().length).toBeGreaterThanOrEqual(row));
  act(() => table()?.findRowSelectionArea(row)?.click());
};
