import type { ImageProgress } from "../../../ipc/generated";

/** Groups of images, in display order: what happens now comes first. */
export const imageGroups = ["active", "failed", "waiting", "done"] as const;

export type ImageGroup = (typeof imageGroups)[number];

/** Returns the group of an image. A stopped image is not done: it waits for a resume. */
function groupOf({ state }: ImageProgress): ImageGroup {
  switch (state.kind) {
    case "pushing":
    case "pushed":
    case "verifying":
      return "active";
    case "failed":
      return "failed";
    case "done":
    case "unchanged":
      return "done";
    case "waiting":
    case "tagged":
    case "cancelled":
      return "waiting";
  }
}

/** Sorts the images into their groups. The order in a group is that of the plan. */
export function grouped(
  images: readonly ImageProgress[],
): Readonly<Record<ImageGroup, readonly ImageProgress[]>> {
  const groups: Record<ImageGroup, ImageProgress[]> = {
    active: [],
    failed: [],
    waiting: [],
    done: [],
  };
  for (const image of images) {
    groups[groupOf(image)].push(image);
  }
  return groups;
}
