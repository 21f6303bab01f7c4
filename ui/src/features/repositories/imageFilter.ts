/** The filter of the images of a repository by properties. */
import type { ImageKind } from "../../ipc/generated";
import { daysSince, type FilterQuery, matchesQuery, type Property } from "./propertyQuery";
import { imageKindLabels, imageStatusLabel, type RepositoryImageRow } from "./repositoryImageRows";

/** The properties of an image that a filter can name. */
export type ImageProperty =
  | "kind"
  | "tag"
  | "platform"
  | "attached"
  | "status"
  | "size"
  | "pushed"
  | "pulled";

const MB = 1e6;

/** What can be attached to an image, by its label. */
const attachedLabels = {
  signatures: imageKindLabels.signature,
  sboms: imageKindLabels.sbom,
  provenances: imageKindLabels.provenance,
} as const;

function propertyOf(key: ImageProperty, row: RepositoryImageRow, nowMs: number): Property {
  switch (key) {
    case "kind":
      return [imageKindLabels[row.kind]];
    case "tag":
      return row.tags;
    case "platform":
      return row.isUnread ? null : row.platforms;
    case "attached": {
      const { attached } = row;
      return attached === null
        ? null
        : (Object.keys(attachedLabels) as (keyof typeof attachedLabels)[])
            .filter((what) => attached[what] > 0)
            .map((what) => attachedLabels[what]);
    }
    case "status":
      return [imageStatusLabel(row.status)];
    case "size":
      return row.sizeBytes === null || row.isUnread ? null : row.sizeBytes / MB;
    case "pushed":
      return daysSince(row.pushedAtMs, nowMs);
    case "pulled":
      return daysSince(row.pulledAtMs, nowMs);
  }
}

/** Returns whether an image meets a filter. What wasn't read could meet it, so such an image is found. */
export function isFound(query: FilterQuery, row: RepositoryImageRow, nowMs: number): boolean {
  return (
    matchesQuery(query, (key) => propertyOf((key ?? "tag") as ImageProperty, row, nowMs)) !== false
  );
}

/** The values of the types, platforms and statuses that some rows have, as suggestions. */
export function imageValues(
  rows: readonly RepositoryImageRow[],
): readonly { propertyKey: ImageProperty; value: string }[] {
  const kinds = new Set<ImageKind>(rows.map(({ kind }) => kind));
  const all: readonly (readonly [ImageProperty, Iterable<string>])[] = [
    ["kind", [...kinds].map((kind) => imageKindLabels[kind])],
    ["platform", rows.flatMap(({ platforms }) => platforms)],
    ["attached", Object.values(attachedLabels)],
    ["status", rows.map(({ status }) => imageStatusLabel(status))],
  ];
  return all.flatMap(([propertyKey, values]) =>
    [...new Set(values)].sort().map((value) => ({ propertyKey, value })),
  );
}
