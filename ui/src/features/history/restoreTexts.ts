import type { DeletionEntry, NotRestorable } from "../../ipc/generated";
import { cleanupLabels } from "../../shared/cleanupTexts";
import { formatCount, formatCounted, shortDigest } from "../../shared/format";

/** What a deletion deleted. */
export function deletedText({ planned, deleted, stopped }: DeletionEntry): string {
  const images = formatCounted(planned.images, "image", "images");
  if (deleted === null) {
    return `Interrupted: up to ${images}`;
  }
  const count =
    deleted.images === planned.images ? images : `${formatCount(deleted.images)} of ${images}`;
  const repositories =
    deleted.repositories > 0
      ? `, ${formatCounted(deleted.repositories, "repository", "repositories")}`
      : "";
  return `${count}${repositories}${stopped ? " (stopped)" : ""}`;
}

/** Why a deletion was made. */
export function reasonText({ class: of, planned, destination }: DeletionEntry): string {
  if (destination === null) {
    return "–";
  }
  if (of !== null) {
    return `Clean-up: ${cleanupLabels[of].name.toLowerCase()}`;
  }
  return planned.repositories > 0 ? "Repositories" : "Selected images";
}

/** Why something can't be restored. */
export function notRestorableText(why: NotRestorable["why"]): string {
  switch (why.kind) {
    case "repository_missing":
      return "The repository no longer exists, and its layers are deleted with it.";
    case "manifest_not_kept":
      return "Its manifest couldn’t be read before the deletion.";
    case "layers_gone":
      return `ECR deleted ${formatCounted(why.count, "of its layers", "of its layers")}.`;
    case "part_gone":
      return `Its part ${shortDigest(why.digest)} can’t be restored.`;
    case "tag_taken":
      return `The tag ${why.tag} points to another image now. The image is restored without it.`;
  }
}
