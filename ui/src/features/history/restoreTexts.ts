/** A deletion, the undo of it, and other changes, in words. */
import type {
  DeletionEntry,
  ImageChangeKind,
  NotRestorable,
  RestorePlan,
} from "../../ipc/generated";
import { cleanupLabels } from "../../shared/cleanupTexts";
import { formatCount, formatCounted, shortDigest } from "../../shared/format";
import { restoreTotalsText } from "../../shared/restoreTotals";

function unfinishedText(isRunning: boolean, planned: string): string {
  return isRunning ? `${runningText}: ${planned}` : `Interrupted: up to ${planned}`;
}

/** What a deletion deleted. */
export function deletedText({ planned, deleted, running, stopped }: DeletionEntry): string {
  if (planned.images === 0 && planned.repositories === 0 && planned.tags > 0) {
    const tags = formatCounted(planned.tags, "tag", "tags");
    return deleted === null
      ? unfinishedText(running, tags)
      : deleted.tags === planned.tags
        ? tags
        : `${formatCount(deleted.tags)} of ${tags}`;
  }
  const images = formatCounted(planned.images, "image", "images");
  if (deleted === null) {
    return unfinishedText(running, images);
  }
  const count =
    deleted.images === planned.images ? images : `${formatCount(deleted.images)} of ${images}`;
  const repositories =
    deleted.repositories > 0
      ? `, ${formatCounted(deleted.repositories, "repository", "repositories")}`
      : "";
  return `${count}${repositories}${stopped ? " (stopped)" : ""}`;
}

/** Whether no image of a deletion can be restored. */
export function hasNoUndo({ planned, no_undo }: DeletionEntry): boolean {
  const images = no_undo.reduce((sum, one) => sum + one.images, 0);
  return images > 0 && images >= planned.images;
}

/** The result of a change or of a restore whose outcome wasn’t recorded. */
export const unknownText = "Unknown: check the registry";

/** Why the result of a change is unknown. */
export const unknownReason = "The program or its connection ended before ECR confirmed the change.";

/** The result of a change that a process on this computer is making. */
export const runningText = "Running";

/** What the restores of a deletion restored, and what remains. */
export function restoredText(entry: DeletionEntry["restored"]): string {
  if (entry === null) {
    return "–";
  }
  const { restored, remaining, at_least, running } = entry;
  if (restored === null) {
    return running ? runningText : unknownText;
  }
  const all = `${at_least ? "At least " : ""}${restoreTotalsText(restored)}`;
  return remaining.images + remaining.tags === 0
    ? all
    : `${all}, ${restoreTotalsText(remaining)} remaining`;
}

/** Why a deletion was made. */
export function reasonText({ class: of, planned, destination }: DeletionEntry): string {
  if (destination === null) {
    return "–";
  }
  if (of !== null) {
    return `Clean-up: ${cleanupLabels[of].name.toLowerCase()}`;
  }
  if (planned.repositories > 0) {
    return "Repositories";
  }
  return planned.images > 0 ? "Selected images" : "Selected tag";
}

const changeLabels: Record<ImageChangeKind["kind"], string> = {
  tag_added: "Tag added",
  tag_moved: "Tag moved",
  tag_removed: "Tag removed",
  archived: "Archived",
  restored: "Restored from the archive",
};

/** What was changed, without a deletion. */
export function changeText({ kind }: ImageChangeKind): string {
  return changeLabels[kind];
}

/** The result of a change: a tag with its images, or a number of images. */
export function changedText(change: ImageChangeKind): string {
  switch (change.kind) {
    case "tag_added":
      return `${change.tag} on ${shortDigest(change.digest)}`;
    case "tag_moved":
      return `${change.tag} from ${shortDigest(change.from)} to ${shortDigest(change.to)}`;
    case "tag_removed":
      return `${change.tag} from ${shortDigest(change.digest)}`;
    case "archived":
    case "restored": {
      const all = formatCounted(change.images + change.refused, "image", "images");
      return change.refused === 0 ? all : `${formatCount(change.images)} of ${all}`;
    }
  }
}

/** What the dry run says. */
export function restoreSummary({ totals }: RestorePlan): string {
  const { images, tags } = totals;
  if (images + tags === 0) {
    return "Nothing can be restored.";
  }
  const sentences = [
    images > 0 &&
      `${formatCounted(images, "image", "images")} can be pushed again, because ECR still has the layers. Dates of push and pull begin again.`,
    tags > 0 &&
      `${formatCounted(tags, "tag", "tags")} can be set again on images that still exist.`,
  ];
  return sentences.filter((sentence) => sentence !== false).join(" ");
}

/** Why something can't be restored. */
export function notRestorableText(why: NotRestorable["why"]): string {
  switch (why.kind) {
    case "repository_missing":
      return "The repository no longer exists, and its layers are deleted with it.";
    case "manifest_not_kept":
      return "Its manifest wasn’t read before the deletion, or can’t be read now.";
    case "layers_gone":
      return `ECR deleted ${formatCounted(why.count, "of its layers", "of its layers")}.`;
    case "part_gone":
      return `Its part ${shortDigest(why.digest)} can’t be restored.`;
    case "tag_taken":
      return `The tag ${why.tag} points to another image now. The image is restored without it.`;
  }
}
