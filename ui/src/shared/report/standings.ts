/** Texts and status types by standing. */
import type { ImageReport, ImageStanding, Proof } from "../../ipc/generated";

interface StandingText {
  readonly type: "success" | "info" | "error" | "stopped" | "warning";
  readonly text: string;
  readonly description: string;
}

const standings: Record<ImageStanding, StandingText> = {
  equal: {
    type: "success",
    text: "Verified",
    description: "The digests at the source, in the registry, and in ECR are equal.",
  },
  equal_to_pushed: {
    type: "success",
    text: "Pushed digest verified",
    description: "The digest in ECR equals the pushed digest. The content wasn’t compared.",
  },
  kept: {
    type: "info",
    text: "Skipped: existing image kept",
    description: "You chose to keep the existing image, which differs from the source.",
  },
  failed: {
    type: "error",
    text: "Failed",
    description: "The image in ECR differs from the pushed image.",
  },
  not_finished: {
    type: "stopped",
    text: "Not finished",
    description: "The migration ended before this image was finished.",
  },
  unknown: {
    type: "warning",
    text: "Not verified",
    description: "The state of this tag in ECR is unknown. To check it, resume the migration.",
  },
};

/** Texts for verified images of the Docker Engine and of single platforms. */
const proofs: Partial<Record<Proof, StandingText>> = {
  equal_to_part: {
    type: "success",
    text: "One platform verified",
    description:
      "The digest in ECR equals the digest that the source index contains for this platform.",
  },
  same_content: {
    type: "success",
    text: "Verified (repackaged by Docker)",
    description:
      "The Docker Engine recompressed the layers, so the digest differs. The configuration, which identifies the content of every layer, is equal.",
  },
};

export function shownStanding(image: ImageReport): StandingText {
  return (isVerified(image) && proofs[image.proof]) || standings[image.standing];
}

/** Whether the image in ECR is verified. */
export function isVerified({ standing }: ImageReport): boolean {
  return standing === "equal" || standing === "equal_to_pushed";
}
