/** A planned or completed undo in words. */
import type {
  TagLeftReason,
  TagUndo,
  UndoLeftReason,
  Undone,
  UndoReport,
  UndoTotals,
} from "../../ipc/generated";
import { formatCounted } from "../format";

/** Whether an undo was stopped or kept some images. */
export function undoneInPart({ totals, cancelled }: Undone): boolean {
  return totals.left > 0 || cancelled;
}

/** Explains why a tag is kept. */
function tagLeftText(reason: TagLeftReason): string {
  switch (reason.kind) {
    case "gone":
      return "The tag no longer exists.";
    case "points_elsewhere":
      return "The tag was changed since. It points to another image.";
    case "image_would_go":
      return "Removing the tag would delete an image that existed before the migration.";
    case "below_index":
      return "It is the last tag of an image that an index contains. ECR doesn’t remove it.";
    case "earlier_image_gone":
      return "The previous image of the tag no longer exists.";
    case "push_interrupted":
      return "The push by the Docker Engine was interrupted, so the origin of this tag is unknown. Resume the migration, then undo it.";
  }
}

/** Describes the action for a tag. */
export function tagUndoText(action: TagUndo): string {
  switch (action.kind) {
    case "remove":
      switch (action.image) {
        case "goes":
          return "The tag and its image are deleted";
        case "has_other_tags":
          return "The tag is removed. The image has other tags and is kept";
      }
      break;
    case "restore":
      return "The tag is restored to the previous image";
    case "left":
      return `Kept. ${tagLeftText(action.reason)}`;
  }
}

/** Explains why an item is kept. `null` if an error explains it. */
export function leftText(why: UndoLeftReason): string | null {
  switch (why.kind) {
    case "tag":
      return tagLeftText(why.reason);
    case "holds":
      return `The repository contains ${formatCounted(why.images, "image", "images")} from other sources.`;
    case "failed":
      return null;
  }
}

/** Describes totals, for example “12 tags, 8 images, and 2 repositories”. Empty if zero. */
export function totalsText(totals: UndoTotals): string {
  const parts: [number, string, string][] = [
    [totals.tags_removed, "tag", "tags"],
    [totals.images_deleted, "image", "images"],
    [totals.repositories_deleted, "repository", "repositories"],
  ];
  const named = parts.filter(([count]) => count > 0).map((part) => formatCounted(...part));
  const last = named.pop();
  if (last === undefined || named.length === 0) {
    return last ?? "";
  }
  return `${named.join(", ")}${named.length > 1 ? "," : ""} and ${last}`;
}

/** Says what an undo did and what it kept. */
export function undoneText({ totals, left }: UndoReport): string {
  const deleted = totalsText(totals);
  const sentences = [
    deleted === "" ? "Nothing was deleted." : `Deleted: ${deleted}.`,
    totals.tags_restored > 0 &&
      `${formatCounted(totals.tags_restored, "tag was", "tags were")} restored.`,
    left.length > 0 && `${formatCounted(left.length, "item was", "items were")} kept.`,
  ];
  return sentences.filter((sentence) => sentence !== false).join(" ");
}
