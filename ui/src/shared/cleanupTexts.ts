/** The classes of a clean-up, and why images are kept from it, in words. */
import type { CleanupClass, ExclusionReason } from "../ipc/generated";
import { formatCount, formatCounted, formatRelative } from "./format";

/** Names of the classes, and what they contain. */
export const cleanupLabels: Record<CleanupClass, { name: string; description: string }> = {
  orphans: {
    name: "Orphaned referrers",
    description: "Signatures and attestations whose image no longer exists.",
  },
  superseded_indexes: {
    name: "Superseded indexes",
    description: "Untagged indexes with their platforms. They can still be pulled by digest.",
  },
  loose_images: {
    name: "Loose images",
    description: "Untagged images in no index. They can still be pulled by digest.",
  },
  build_caches: {
    name: "Old build caches",
    description: "The next build is slower without them.",
  },
  unused: {
    name: "Unused images",
    description: "Tagged images that nobody pulled for a long time.",
  },
  same_layers: {
    name: "Repeated layers",
    description:
      "Tagged images with the layers of an image that was pushed later. Labels and settings can differ.",
  },
  many_tags: {
    name: "Several tags",
    description: "Deleting a tag frees nothing while the image has another one.",
  },
};

/** Why a clean-up keeps an image. */
export function exclusionText(why: ExclusionReason): string {
  switch (why.kind) {
    case "in_use":
      return `It runs in ${formatCounted(why.count, "place", "places")}, according to Amazon Inspector.`;
    case "cached":
      return `The repository belongs to the pull-through cache rule ${why.prefix}.`;
    case "migrated":
      return "Transload migrated it in the last 30 days.";
    case "part_of":
      return `It is part of ${why.indexes.slice(0, 3).join(", ")}${why.indexes.length > 3 ? ` and ${formatCount(why.indexes.length - 3)} more` : ""}.`;
    case "protected_tag":
      return `The tag ${why.tag} is protected.`;
    case "unreadable_tag":
      return "It has a tag that can’t be read.";
    case "unknown_status":
      return `ECR reports the status ${why.status}, which Transload doesn’t know.`;
    case "unread_index":
      return "It is an index that wasn’t read, so it isn’t known which images would go with it. Read it in the Images tab.";
    case "pushed_lately":
      return `It was pushed or restored in the last ${formatCounted(why.days, "day", "days")}.`;
    case "pulled_lately":
      return `It was pulled ${why.by_digest ? "by digest " : ""}${formatRelative(why.at_ms, Date.now())}.`;
    case "referrer_pushed_lately":
      return `A signature or another referrer of it was pushed in the last ${formatCounted(why.days, "day", "days")}.`;
  }
}
