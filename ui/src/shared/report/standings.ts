import type { ImageReport, ImageStanding } from "../../ipc/generated";

/** How each standing is shown. */
export const standings: Record<
  ImageStanding,
  {
    readonly type: "success" | "info" | "error" | "stopped" | "warning";
    readonly text: string;
    readonly description: string;
  }
> = {
  equal: {
    type: "success",
    text: "Verified equal",
    description: "Source, registry and ECR hold one digest.",
  },
  equal_to_pushed: {
    type: "success",
    text: "Verified equal to what was pushed",
    description: "The Docker Engine packed it anew: ECR holds the digest that it pushed.",
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

/** Whether it is proven what ECR holds under the tag, and that it is the image. */
export function isVerified({ standing }: ImageReport): boolean {
  return standing === "equal" || standing === "equal_to_pushed";
}
