import { expect, it } from "vitest";
import { noticeEnd } from "./useNoticePlace";

it.each([
  ["no panel", 1280, [], 16],
  ["a side panel", 1280, [880], 416],
  ["a side panel beside the help panel", 1280, [966, 586], 710],
  ["a panel that takes the whole page", 640, [20], 16],
  ["no room beside the side panel, but beside the help panel", 900, [586, 206], 330],
])("puts notifications at the left of %s", (_, width, edges, end) => {
  expect(noticeEnd(width, edges)).toBe(end);
});
