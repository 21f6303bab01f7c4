import { expect, it } from "vitest";
import { isRestored, restoredOfText, restoreTotalsText } from "./restoreTotals";

it.each([
  [1, 0, "1 image", "0 of 1 image"],
  [2, 0, "2 images", "0 of 2 images"],
  [0, 1, "1 tag", "0 of 1 tag"],
  [0, 2, "2 tags", "0 of 2 tags"],
  [1, 1, "1 image and 1 tag", "0 of 1 image and 0 of 1 tag"],
  [1200, 3, "1,200 images and 3 tags", "0 of 1,200 images and 0 of 3 tags"],
  [0, 0, "0 images", "0 of 0 images"],
])("%i images and %i tags are counted, each with its word", (images, tags, text, ofText) => {
  const planned = { images, tags };
  expect(restoreTotalsText(planned)).toBe(text);
  expect(restoredOfText({ images: 0, tags: 0 }, planned)).toBe(ofText);
  expect(isRestored(planned, planned)).toBe(true);
  expect(isRestored({ images, tags: tags + 1 }, planned)).toBe(false);
  expect(isRestored({ images: images + 1, tags }, planned)).toBe(false);
});
