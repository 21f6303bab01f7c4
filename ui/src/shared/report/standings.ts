import type { ImageReport, ImageStanding, Proof } from "../../ipc/generated";

interface Shown {
  readonly type: "success" | "info" | "error" | "stopped" | "warning";
  readonly text: string;
  readonly description: string;
}

/** How each standing is shown. */
export const standings: Record<ImageStanding, Shown> = {
  equal: {
    type: "success",
    text: "Verified equal",
    description: "Source, registry and ECR hold one digest.",
  },
  equal_to_pushed: {
    type: "success",
    text: "Verified equal to what was pushed",
    description: "ECR holds the digest that was pushed. Its content was not compared.",
  },
  kept: {
    type: "info",
    text: "Kept as it was",
    description: "A different image stays under this tag in ECR, as you chose.",
  },
  failed: { type: "error", text: "Failed", description: "ECR does not hold what was sent." },
  not_finished: {
    type: "stopped",
    text: "Not finished",
    description: "The migration ended before this image was finished.",
  },
  unknown: {
    type: "warning",
    text: "Unknown",
    description: "Nothing proves what ECR holds under this tag. Resume the migration to find out.",
  },
};

/** What is known of a verified image of the Docker Engine, or of one platform, besides its standing. */
const proofs: Partial<Record<Proof, Shown>> = {
  equal_to_part: {
    type: "success",
    text: "Verified equal to one platform of the source",
    description: "ECR holds the image that the source's index names for this platform.",
  },
  same_content: {
    type: "success",
    text: "Verified, same content",
    description:
      "The Docker Engine packed the layers again, so the digest is another one. The configuration, which names the content of every layer, is the same.",
  },
};

/** How an image of a report is shown. */
export function shownStanding(image: ImageReport): Shown {
  return (isVerified(image) && proofs[image.proof]) || standings[image.standing];
}

/** Whether it is proven what ECR holds under the tag, and that it is the image. */
export function isVerified({ standing }: ImageReport): boolean {
  return standing === "equal" || standing === "equal_to_pushed";
}
