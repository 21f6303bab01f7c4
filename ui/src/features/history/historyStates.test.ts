// @vitest-environment node
import { describe, expect, it } from "vitest";
import type { HistoryEntry } from "../../ipc/generated";
import { interruptedEntry, undone } from "../../testing/historyEntry";
import { canUndo, shownState } from "./historyStates";

const moved: HistoryEntry = {
  ...interruptedEntry,
  state: "succeeded",
  images: 1,
  moved: 1,
  unchanged: 0,
  failed: 0,
};

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
