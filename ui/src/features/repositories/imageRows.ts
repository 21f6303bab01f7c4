import type { ImageKind, IndexEntry, RepositoryImage } from "../../ipc/generated";

/** A row of the images table: an image of the repository, or an entry of an index under it. */
export interface ImageRow {
  /** Unique in the table: an entry may be an image of its own too. */
  readonly id: string;
  readonly digest: string;
  readonly tags: readonly string[];
  readonly kind: ImageKind;
  readonly mediaType: string | null;
  /** The platform of an entry. */
  readonly platform: string | null;
  readonly sizeBytes: number | null;
  readonly pushedAtMs: number | null;
  readonly pulledAtMs: number | null;
  /** Commands that pull it; an entry has none of its own. */
  readonly pullCommands: readonly string[];
  /** Whether it stands under an index. */
  readonly isEntry: boolean;
}

/** What people call the kinds. */
export const imageKindLabels: Record<ImageKind, string> = {
  image: "Image",
  index: "Image index",
  attestation: "Attestation",
  signature: "Signature",
  other: "Other artifact",
};

/** The row of an image. */
export function imageRow(image: RepositoryImage): ImageRow {
  return {
    id: image.digest,
    digest: image.digest,
    tags: image.tags,
    kind: image.kind,
    mediaType: image.media_type,
    platform: null,
    sizeBytes: image.size_bytes,
    pushedAtMs: image.pushed_at_ms,
    pulledAtMs: image.pulled_at_ms,
    pullCommands: image.pull_commands,
    isEntry: false,
  };
}

/** The row of an entry; its position is part of the id, as an index may hold a digest twice. */
export function entryRow(index: ImageRow, entry: IndexEntry, position: number): ImageRow {
  return {
    id: `${index.digest} ${position} ${entry.digest}`,
    digest: entry.digest,
    tags: [],
    kind: entry.kind,
    mediaType: null,
    platform: entry.platform,
    sizeBytes: entry.size_bytes,
    pushedAtMs: null,
    pulledAtMs: null,
    pullCommands: [],
    isEntry: true,
  };
}

/** Whether a search finds a row: by any of its tags, its digest or its kind. */
export function imageRowMatches(row: ImageRow, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return (
    row.digest.includes(wanted) ||
    row.tags.some((tag) => tag.toLowerCase().includes(wanted)) ||
    imageKindLabels[row.kind].toLowerCase().includes(wanted)
  );
}
