/** The explanations below a row of a report. */
import { nextSteps } from "../../errors";
import type { ImageReport } from "../../ipc/generated";
import { formatCount, formatCounted } from "../format";
import { shownStanding } from "./standings";

/** One line of the details of an image. */
export interface ReportDetail {
  /** The start of its test ID. */
  readonly id: string;
  readonly label: string;
  readonly status?: "success" | "info" | "warning" | "error";
  readonly text?: string;
  /** A digest that can be copied. `null` if the image has no such digest. */
  readonly digest?: string | null;
  /** Another text that can be copied. */
  readonly copies?: string;
}

const digests: readonly {
  readonly id: string;
  readonly label: string;
  readonly of: (image: ImageReport) => string | null;
}[] = [
  { id: "source", label: "Source digest", of: (image) => image.source_digest },
  { id: "pushed", label: "Pushed digest", of: (image) => image.pushed_digest },
  { id: "registry", label: "Digest in the registry", of: (image) => image.registry_digest },
];

/** The details of an image: destination, digests, platforms, and what wasn’t copied. */
export function detailsOf(image: ImageReport): ReportDetail[] {
  const details: ReportDetail[] = [];
  const { result } = image;
  if (result.kind === "failed") {
    const [next = ""] = nextSteps(result.error);
    details.push(
      { id: "reason", label: "Reason", status: "error", text: result.error.message },
      { id: "next-step", label: "Next step", text: next },
    );
  }
  if (image.source_moved_to !== null) {
    details.push({
      id: "source-changed",
      label: "Source tag changed",
      status: "info",
      text: "The source tag now points to this digest. To copy this image too, choose Run again.",
      digest: image.source_moved_to,
    });
  }
  for (const [place, { name, error }] of image.left_behind.entries()) {
    details.push({
      id: `left-behind-${place}`,
      label: "Referrer not copied",
      status: "warning",
      text: error.message,
      copies: name,
    });
  }
  details.push({
    id: "destination",
    label: "Destination",
    text: image.result.kind === "failed" ? "" : shownStanding(image).description,
    copies: image.destination,
  });
  for (const { id, label, of } of digests) {
    details.push({ id: `digest-${id}`, label, digest: of(image) });
  }
  if (image.part_of !== undefined) {
    details.push({
      id: "digest-index",
      label: "Source index",
      text: "One platform of this index was copied.",
      digest: image.part_of,
    });
  }
  return [...details, ...platformsOf(image)];
}

/** The platforms of an index with their state in ECR. */
function platformsOf({ platforms }: ImageReport): ReportDetail[] {
  if (platforms.length === 0) {
    return [];
  }
  const missing = platforms.filter(({ in_ecr }) => !in_ecr).length;
  const count = formatCounted(platforms.length, "platform", "platforms");
  return [
    {
      id: "platforms",
      label:
        missing === 0 ? `${count}, all verified` : `${count}, ${formatCount(missing)} not in ECR`,
    },
    ...platforms.map(
      ({ platform, digest, in_ecr }): ReportDetail => ({
        id: `platform-${platform}`,
        label: platform,
        status: in_ecr ? "success" : "error",
        digest,
      }),
    ),
  ];
}
