import type { TagLeft, TagUndo, UndoLeftReason, UndoTotals } from "../../ipc/generated";
import { formatCounted } from "../format";

/** Why a tag is left as it is, as a sentence. */
export function tagLeftText(reason: TagLeft): string {
  switch (reason.kind) {
    case "gone":
      return "It is not there any more.";
    case "points_elsewhere":
      return "Somebody has moved it since: it points to another image now.";
    case "image_would_go":
      return "Its image would be deleted with it, and was in the repository before.";
    case "earlier_image_gone":
      return "The image that it pointed to before is not there any more.";
    case "push_interrupted":
      return "The Docker Engine's push was interrupted, so it isn't known who wrote this tag. Resume the migration, then undo it.";
  }
}

/** What becomes of a tag, as a sentence. */
export function tagUndoText(action: TagUndo): string {
  switch (action.kind) {
    case "remove":
      switch (action.image) {
        case "goes":
          return "Removed, with its image";
        case "has_other_tags":
          return "Removed; its image stays, it has other tags";
        case "below_index":
          return "Removed; its image stays, another index holds it";
      }
      break;
    case "restore":
      return "Put back to the image that it pointed to before";
    case "left":
      return `Left. ${tagLeftText(action.reason)}`;
  }
}

/** Why something is left as it is; nothing where an error says it. */
export function leftText(why: UndoLeftReason): string | null {
  switch (why.kind) {
    case "tag":
      return tagLeftText(why.reason);
    case "holds":
      return `It holds ${formatCounted(why.images, "image", "images")} that the migration did not bring.`;
    case "failed":
      return null;
  }
}

/** What is deleted and put back, such as “12 tags, 8 images and 2 repositories”; empty for nothing. */
export function totalsText(totals: UndoTotals): string {
  const parts: [number, string, string][] = [
    [totals.tags_removed, "tag", "tags"],
    [totals.images_deleted, "image", "images"],
    [totals.repositories_deleted, "repository", "repositories"],
  ];
  const named = parts.filter(([count]) => count > 0).map((part) => formatCounted(...part));
  const last = named.pop();
  return last === undefined ? "" : named.length === 0 ? last : `${named.join(", ")} and ${last}`;
}
