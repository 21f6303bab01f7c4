// @vitest-environment node
import { describe, expect, it } from "vitest";
import type { HistoryEntry } from "../../ipc/generated";
import { interruptedEntry, undone } from "../../testing/historyEntry";
import { reportSummary } from "../../testing/reportSummary";
import { canResume, canUndo, shownState } from "./historyStates";

const moved: HistoryEntry = {
  ...interruptedEntry,
  state: "succeeded",
  summary: reportSummary("succeeded", { images: 1, equal: 1 }),
  images: 1,
  moved: 1,
  unchanged: 0,
  failed: 0,
};

describe("a migration of the history", () => {
  it("is shown by the headline of its report", () => {
    const kept = { ...moved, summary: reportSummary("kept", { images: 2, equal: 1, kept: 1 }) };
    expect(shownState(moved).type).toBe("success");
    expect(shownState(kept)).toEqual({ type: "info", text: kept.summary.title });
  });

  it("can be resumed where an image is left to do", () => {
    const entry = (counts: Parameters<typeof reportSummary>[1]) => ({
      ...moved,
      summary: reportSummary("succeeded", counts),
    });
    expect(canResume(entry({ images: 1, equal: 1 }))).toBe(false);
    expect(canResume(entry({ images: 2, equal: 1, kept: 1 }))).toBe(false);
    expect(canResume(entry({ images: 2, equal: 1, failed: 1 }))).toBe(true);
    expect(canResume(entry({ images: 2, equal: 1, unknown: 1 }))).toBe(true);
    expect(canResume(entry({ images: 2, equal: 1, not_finished: 1 }))).toBe(true);
    expect(canResume({ ...entry({ images: 1, equal: 1 }), state: "interrupted" })).toBe(true);
  });
});

describe("an undo", () => {
  it("is offered for pushed images", () => {
    expect(canUndo(moved)).toBe(true);
    expect(canUndo({ ...moved, moved: 0, unchanged: 1 })).toBe(false);
    expect(canUndo({ ...moved, state: "running" })).toBe(false);
  });

  it("is offered for a repository that was created and holds no image", () => {
    const cancelled: HistoryEntry = { ...moved, state: "cancelled", moved: 0 };
    expect(canUndo(cancelled)).toBe(false);
    expect(canUndo({ ...cancelled, repositories_created: 1 })).toBe(true);
  });

  it("is offered again only where the last one left something or was stopped", () => {
    const undoneWith = (left: number, cancelled: boolean) => {
      const entry = { ...moved, undone: undone(left, cancelled) };
      return [canUndo(entry), shownState(entry).text];
    };
    expect(undoneWith(0, false)).toEqual([false, "Undone"]);
    expect(undoneWith(1, false)).toEqual([true, "Partly undone"]);
    expect(undoneWith(0, true)).toEqual([true, "Partly undone"]);
  });
});

describe("Resume", () => {
  it("is offered until every lifecycle policy is set", () => {
    expect(canResume(moved)).toBe(false);
    expect(canResume({ ...moved, policies_not_set: 1 })).toBe(true);
  });
});
