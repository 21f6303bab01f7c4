import { describe, expect, it } from "vitest";
import { fakeIdentity } from "../../ipc/fake/fixtures";
import type { HistoryEntry } from "../../ipc/generated";
import { interruptedEntry, undone } from "../../testing/historyEntry";
import { reportSummary } from "../../testing/reportSummary";
import {
  canResume,
  canUndo,
  destinationText,
  inStateFilter,
  searchWords,
  shownState,
  sourceText,
  stateFilters,
} from "./historyStates";

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

describe("a migration whose record can’t be read", () => {
  const unreadable: HistoryEntry = {
    ...interruptedEntry,
    error: {
      code: "record_unreadable",
      message: "Couldn't read the record of migration migration-1.",
      hints: [],
      causes: [],
      retryable: false,
      subject: "migration-1",
    },
    identity: null,
    source: null,
  };

  it("says so, is found among the failed ones, and can’t be resumed", () => {
    expect(canResume(unreadable)).toBe(false);
    expect(destinationText(unreadable)).toBe("Unknown");
    expect(sourceText(unreadable)).toBe("Unknown");
    expect(inStateFilter({ ...unreadable, state: "incomplete" }, "open")).toBe(true);
    expect(searchWords(unreadable)).toContain(unreadable.summary.title);
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

describe("the filter by state", () => {
  it.each([
    ["succeeded", "completed"],
    ["kept", "completed"],
    ["unproven", "completed"],
    ["running", "running"],
    ["failed", "open"],
    ["partly_failed", "open"],
    ["cancelled", "open"],
    ["interrupted", "open"],
    ["incomplete", "open"],
  ] as const)("has %s in one group beside all", (state, group) => {
    const groups = stateFilters.filter(({ value }) => inStateFilter({ ...moved, state }, value));
    expect(groups.map(({ value }) => value)).toEqual(["all", group]);
  });

  it("has an undone migration only there", () => {
    const entry = { ...moved, undone: undone(0) };
    const groups = stateFilters.filter(({ value }) => inStateFilter(entry, value));
    expect(groups.map(({ value }) => value)).toEqual(["all", "undone"]);
  });
});

describe("the search", () => {
  it("finds a migration by source, account, registry, and state", () => {
    const entry: HistoryEntry = {
      ...moved,
      source: { kind: "docker_hub", namespace: "acme" },
      identity: { ...fakeIdentity(false, null), account_id: "111122223333" },
      registry: "111122223333.dkr.ecr.eu-west-1.amazonaws.com",
    };
    const words = searchWords(entry).join(" ");
    for (const part of ["acme", "111122223333", "dkr.ecr.eu-west-1", shownState(entry).text]) {
      expect(words).toContain(part);
    }
    expect(destinationText(moved)).toBe("Practice");
  });
});
