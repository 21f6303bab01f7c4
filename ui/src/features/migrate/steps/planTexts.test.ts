import { describe, expect, it } from "vitest";
import type { PlanTotals } from "../../../ipc/generated";
import { expectedText, mountingNote, quotaNote, quotaText } from "./planTexts";

const noon = new Date(2026, 0, 1, 12, 0).getTime();

describe("the pulls of Docker Hub", () => {
  const quota = { needed: 40, left: 37, window_seconds: 21_600 };

  it("stand beside those that are left, and say when all are back", () => {
    expect(quotaText({ ...quota, needed: 4 }, false)).toBe("4 pulls required, 37 remaining");
    expect(quotaNote({ ...quota, needed: 4 }, noon)).toBe(
      "The limit is fully renewed by 18:00:00.",
    );
  });

  it("that are too few are waited for", () => {
    expect(quotaText(quota, true)).toBe("at least 40 pulls required, 37 remaining");
    expect(quotaNote(quota, noon)).toMatch(
      /The migration waits and then continues automatically.$/,
    );
  });

  it("may have no limit, or no window", () => {
    expect(quotaText({ ...quota, left: null }, false)).toBe("40 pulls required, no limit");
    expect(quotaNote({ ...quota, left: null }, noon)).toBeNull();
    expect(quotaNote({ ...quota, window_seconds: null }, noon)).toBeNull();
  });
});

describe("the upload", () => {
  it("says what blob mounting saves, or would save", () => {
    const note = (blob_mounting: boolean | null, mountable_bytes: number) =>
      mountingNote({ blob_mounting, mountable_bytes } as PlanTotals);
    expect(note(true, 5_500_000)).toBe("Blob mounting saves 5.5 MB.");
    expect(note(false, 5_500_000)).toBe("Blob mounting is off. It would save 5.5 MB.");
    expect(note(null, 5_500_000)).toBeNull();
    expect(note(true, 0)).toBeNull();
  });
});

describe("the expected time", () => {
  it("is an estimate and says what it is taken from", () => {
    const expected = { elapsed_ms: 720_000, bytes_per_second: 40_000_000, migrations: 1 };
    expect(expectedText(expected)).toBe(
      "about 12 min at 40 MB/s, based on the last similar migration",
    );
    expect(expectedText({ ...expected, elapsed_ms: 10, migrations: 3 })).toBe(
      "about a moment at 40 MB/s, based on the last 3 similar migrations",
    );
  });
});
