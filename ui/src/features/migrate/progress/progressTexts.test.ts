import { expect, it } from "vitest";
import type { ImageProgress, ImageState } from "../../../ipc/generated";
import { grouped } from "./imageGroups";
import { formatImageRate, formatTimeRange } from "./timeRange";

it.each([
  [3_000, 8_000, "less than 10 s"],
  [20_000, 38_000, "about 20–40 s"],
  [6.2 * 60_000, 8.4 * 60_000, "about 6–9 min"],
  [31 * 60_000, 42 * 60_000, "about 30–45 min"],
  [1.6 * 3_600_000, 2.4 * 3_600_000, "about 1.5–2.5 h"],
  [0, 0, "less than 10 s"],
])("a remaining time of %i to %i ms is a range", (lowMs, highMs, text) => {
  expect(formatTimeRange({ lowMs, highMs })).toBe(text);
});

it.each([
  [3.14, "3.1 images/s"],
  [2, "2 images/s"],
  [0.1, "6 images/min"],
])("%f images in a second are a rate", (rate, text) => {
  expect(formatImageRate(rate)).toBe(text);
});

it("active images are first, and a stopped image is not done", () => {
  const kinds = ["done", "waiting", "pushing", "cancelled", "failed", "unchanged", "verifying"];
  const images = kinds.map(
    (kind) =>
      ({ planned: {}, state: { kind } as ImageState, layers: [] }) as unknown as ImageProgress,
  );
  const kindsOf = (group: readonly ImageProgress[]) => group.map(({ state }) => state.kind);
  const groups = grouped(images);
  expect(kindsOf(groups.active)).toEqual(["pushing", "verifying"]);
  expect(kindsOf(groups.failed)).toEqual(["failed"]);
  expect(kindsOf(groups.waiting)).toEqual(["waiting", "cancelled"]);
  expect(kindsOf(groups.done)).toEqual(["done", "unchanged"]);
});
