/** Sentences about an image of the plan. */
import type { PlannedImage, PlannedReferrerTag, PlanRemark } from "../../../ipc/generated";
import { formatCount, shortDigest } from "../../../shared/format";

export const remarkTexts: Record<PlanRemark, string> = {
  digest_changes:
    "The Docker Engine recompresses the layers. The digest changes, the content doesn’t.",
  one_platform: "The Docker Engine has one of several platforms.",
  size_unpacked: "Size of the uncompressed image.",
  read_later:
    "Size unknown. Transload reads the image when it copies it, to save Docker Hub pulls.",
  chosen_platform: "Only the selected platform. Its digest differs from the digest of the tag.",
  not_for_amd64:
    "Not available for linux/amd64. It runs on Arm machines such as AWS Graviton only.",
  not_for_lambda:
    "An index with one image and an attestation. AWS Lambda doesn’t support indexes: for Lambda, choose a platform under Copy options.",
  build_cache:
    "A build cache. ECR may reject this format: export the cache with image-manifest=true and oci-mediatypes=true, or deselect this tag.",
  foreign_layers:
    "Some layers, such as Windows base layers, are stored outside the registry and aren’t copied. The image keeps the references to them.",
  destination_has_index:
    "ECR contains the complete index. Transload doesn’t replace it with one platform.",
};

/** Sentences about the platforms that the Docker Engine can push. */
export function predictionTexts(image: PlannedImage): string[] {
  const { engine, part_of, source_digest } = image;
  if (engine === undefined) {
    return [];
  }
  const platforms = image.platforms.join(", ");
  const texts: string[] = [];
  if (engine.outcome === "whole") {
    texts.push("All platforms are copied. The digest doesn’t change.");
  } else if (engine.outcome === "part") {
    const known = engine.index_platforms.length;
    const of =
      known > 1 ? `${platforms} of ${formatCount(known)} platforms` : `${platforms} of the index`;
    texts.push(
      source_digest === null || part_of === undefined
        ? `Only ${of} is copied.`
        : `Only ${of} is copied, as ${shortDigest(source_digest)} of index ${shortDigest(part_of)}.`,
    );
  } else if (engine.outcome === "seen_while_sending") {
    const one = platforms === "" ? "its default platform" : platforms;
    const how =
      engine.method === "own_push"
        ? ""
        : " Transload then reads it from the Docker Engine and uploads it itself.";
    texts.push(
      `This Docker Engine doesn’t report its platforms. If it has the complete index, all platforms are copied with the same digest. Otherwise, only ${one} is copied.${how}`,
    );
  } else if (engine.outcome === "mounted") {
    texts.push(
      "The digest doesn’t change. The Docker Engine doesn’t have the layers, so ECR takes them from the repository that the image was pulled from.",
    );
  }
  if (engine.attestations_stay) {
    texts.push("The attestation of the index isn’t copied.");
  }
  if (engine.method === "own_push") {
    texts.push("Transload reads the image from the Docker Engine and uploads it itself.");
  }
  return texts;
}

/** Notes in the row. An unknown size is noted in the Size column. */
export function notesOf(image: PlannedImage): string[] {
  return image.remarks.filter((remark) => remark !== "read_later").map((one) => remarkTexts[one]);
}

/** The referrer tags that are copied with the image. */
export function copiedReferrerTags(image: PlannedImage): readonly PlannedReferrerTag[] {
  const isCopied = image.action.kind === "move" || image.action.kind === "overwrite";
  return isCopied ? (image.referrer_tags ?? []) : [];
}

/** What the Docker Engine does with an image that is copied. */
export function shownPredictions(image: PlannedImage): string[] {
  return image.action.kind === "already_there" ? [] : predictionTexts(image);
}

/** Whether the Notes column shows something for the image. */
export function hasNotes(image: PlannedImage): boolean {
  return (
    notesOf(image).length > 0 ||
    copiedReferrerTags(image).length > 0 ||
    shownPredictions(image).length > 0
  );
}
