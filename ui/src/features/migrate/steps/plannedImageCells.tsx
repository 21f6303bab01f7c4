/** Cells of a planned image that are longer than a text. */
import type { PlannedImage } from "../../../ipc/generated";
import { Bytes } from "../../../shared/Bytes";
import { formatBytes, formatExact, formatRelative, shortDigest } from "../../../shared/format";
import { useNow } from "../../../shared/useNow";
import { remarkTexts } from "./plannedImageTexts";

/** The first digits of a digest, without the algorithm, so that two digests fit in one line. */
function digits(digest: string | null): string {
  return digest === null
    ? "unknown"
    : shortDigest(digest)
        .replace(/^[^:]*:/, "")
        .slice(0, 7);
}

/** The lines of a tooltip about the image that ECR has under the tag. */
function existingLines({ destination_digest: digest, existing }: PlannedImage): string[] {
  const { pushed_at_ms: pushed, size_bytes: size } = existing ?? {
    pushed_at_ms: null,
    size_bytes: null,
  };
  return [
    `In ECR: ${digest ?? "unknown"}`,
    pushed === null ? "Push date unknown" : `Pushed ${formatExact(pushed)}`,
    size === null
      ? "Size unknown"
      : `${formatBytes(size)} (for several platforms, the largest part)`,
  ];
}

/** The digest at the source, and the existing one with its date where the tag has another image. */
export function DigestCell({ image }: { image: PlannedImage }) {
  const now = useNow();
  const { source_digest: wanted, destination_digest: current, existing } = image;
  if (current === null || current === wanted || existing === undefined) {
    return <span title={wanted ?? undefined}>{wanted === null ? "–" : shortDigest(wanted)}</span>;
  }
  const pushed =
    existing.pushed_at_ms === null ? "" : `, ${formatRelative(existing.pushed_at_ms, now)}`;
  return (
    <div
      className="one-line"
      title={[`Source: ${wanted ?? "unknown"}`, ...existingLines(image)].join("\n")}
      data-testid={`plan-digests-${image.image}`}
    >
      {digits(wanted)} ≠ {digits(current)}
      {pushed}
    </div>
  );
}

/** The size at the source, and the one in ECR where the tag has another image. */
export function SizeCell({ image }: { image: PlannedImage }) {
  const { size_bytes: size, existing } = image;
  if (image.remarks.includes("read_later")) {
    return <span title={remarkTexts.read_later}>Unknown</span>;
  }
  if (existing === undefined || existing.size_bytes === null) {
    return <Bytes bytes={size} />;
  }
  return (
    <div
      className="one-line"
      title={existingLines(image).join("\n")}
      data-testid={`plan-sizes-${image.image}`}
    >
      {size === null ? "–" : formatBytes(size)} ≠ {formatBytes(existing.size_bytes)}
    </div>
  );
}
