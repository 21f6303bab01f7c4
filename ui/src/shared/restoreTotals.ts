/** What a restore puts back, in words: images that are pushed again, and tags of images that exist. */
import type { RestoreTotals } from "../ipc/generated";
import { formatCount, formatCounted } from "./format";

/** What is restored: “2 images and 1 tag”. */
export function restoreTotalsText({ images, tags }: RestoreTotals): string {
  const parts = [
    (images > 0 || tags === 0) && formatCounted(images, "image", "images"),
    tags > 0 && formatCounted(tags, "tag", "tags"),
  ];
  return parts.filter((part) => part !== false).join(" and ");
}

/** What of a plan was restored: “1 of 2 images and 0 of 1 tag”. */
export function restoredOfText(restored: RestoreTotals, planned: RestoreTotals): string {
  const parts = [
    (planned.images > 0 || planned.tags === 0) &&
      `${formatCount(restored.images)} of ${formatCounted(planned.images, "image", "images")}`,
    planned.tags > 0 &&
      `${formatCount(restored.tags)} of ${formatCounted(planned.tags, "tag", "tags")}`,
  ];
  return parts.filter((part) => part !== false).join(" and ");
}

/** Whether everything that was planned was restored. */
export function isRestored(restored: RestoreTotals, planned: RestoreTotals): boolean {
  return restored.images === planned.images && restored.tags === planned.tags;
}
