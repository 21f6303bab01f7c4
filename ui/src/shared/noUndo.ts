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
      return `ECR can’t return ${manifests} from the archive`;
    case "unread":
      return `${manifests} couldn’t be read`;
  }
}

/** Which images can’t be restored after their deletion, and why. */
export function noUndoText(images: NoUndo): string {
  const what = formatCounted(images.images, "image", "images");
  return `No undo for ${what}: ${reasonText(images)}.`;
}
