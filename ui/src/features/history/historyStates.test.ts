// @vitest-environment node
import { describe, expect, it } from "vitest";
import { fakeIdentity, fakeRegistry } from "../../ipc/fake/data";
import type { HistoryEntry, Undone } from "../../ipc/generated";
import { canUndo, shownState } from "./historyStates";

const moved: HistoryEntry = {
  migration: "migration-1",
  state: "succeeded",
  started_at_ms: 1_795_000_000_000,
  elapsed_ms: 1,
  identity: fakeIdentity(true, null),
  registry: fakeRegistry(true),
  source: { kind: "practice_account" },
  images: 1,
  moved: 1,
  unchanged: 0,
  failed: 0,
  sent_bytes: 1,
  skipped_bytes: 0,
  undone: null,
};
const undone = (left: number, cancelled: boolean): Undone => ({
  at_ms: 1_795_000_100_000,
  totals: {
    tags_removed: 1,
    tags_restored: 0,
    images_deleted: 1,
    repositories_deleted: 0,
    left,
  },
  cancelled,
});

describe("an undo", () => {
  it("is offered for what a migration brought", () => {
    expect(canUndo(moved)).toBe(true);
    expect(canUndo({ ...moved, moved: 0, unchanged: 1 })).toBe(false);
    expect(canUndo({ ...moved, state: "running" })).toBe(false);
  });

  it("is offered again only where the last one left something or was stopped", () => {
    const undoneWith = (left: number, cancelled: boolean) => {
      const entry = { ...moved, undone: undone(left, cancelled) };
      return [canUndo(entry), shownState(entry).text];
    };
    expect(undoneWith(0, false)).toEqual([false, "Undone"]);
    expect(undoneWith(1, false)).toEqual([true, "Undone in part"]);
    expect(undoneWith(0, true)).toEqual([true, "Undone in part"]);
  });
});
