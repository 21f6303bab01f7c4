/** Deleted images that can’t be restored, in words. */
import type { NoUndo } from "../ipc/generated";
import { formatCounted } from "./format";

function reasonText({ images, why }: NoUndo): string {
  const manifests = images === 1 ? "its manifest" : "their manifests";
  switch (why.kind) {
    case "repository":
      return `ECR deletes ${images === 1 ? "its" : "their"} layers with the repository`;
    case "denied":
      return `reading ${manifests} requires ${why.action === null ? "a permission" : `the permission ${why.action}`} that you don’t have`;
    case "archived":
      return `ECR can’t return ${manifests} and layers from the archive`;
    case "part_missing":
      return `the repository lacks an image that ${images === 1 ? "it lists" : "they list"}`;
    case "unread":
      return `${manifests} couldn’t be read`;
  }
}

/** Which images can’t be restored after their deletion, and why. */
export function noUndoText(images: NoUndo): string {
  const what = formatCounted(images.images, "image", "images");
  return `No undo for ${what}: ${reasonText(images)}.`;
}

/**
 * What an undo depends on, for everything that is deleted: images, indexes, signatures, attestations, SBOMs. `null` if
 * nothing has an undo.
 */
export function undoCondition(images: number, noUndo: readonly NoUndo[]): string | null {
  const lost = noUndo.reduce((sum, one) => sum + one.images, 0);
  if (images <= lost) {
    return null;
  }
  const what = lost > 0 ? "The others" : images === 1 ? "It" : "They";
  return `${what} can be restored in History as long as ECR keeps ${lost === 0 && images === 1 ? "its" : "their"} layers. AWS doesn’t document for how long.`;
}
