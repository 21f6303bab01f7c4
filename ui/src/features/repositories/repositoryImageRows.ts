import type { ImageKind, IndexEntry, RepositoryImage } from "../../ipc/generated";
import { shortDigest } from "../../shared/format";

/** A row of the images table: an image, or an entry of an index. */
export interface RepositoryImageRow {
  /** Unique in the table, although an entry can also be an image. */
  readonly id: string;
  readonly digest: string;
  readonly tags: readonly string[];
  readonly kind: ImageKind;
  readonly mediaType: string | null;
  readonly platform: string | null;
  readonly sizeBytes: number | null;
  readonly pushedAtMs: number | null;
  readonly pulledAtMs: number | null;
  /** Pull commands. Empty for entries. */
  readonly pullCommands: readonly string[];
  readonly isEntry: boolean;
}

/** Labels of the types. */
export const imageKindLabels: Record<ImageKind, string> = {
  image: "Image",
  index: "Image index",
  attestation: "Attestation",
  signature: "Signature",
  other: "Other artifact",
};

export function imageRow(image: RepositoryImage): RepositoryImageRow {
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

/** The ID contains the position, because an index can list a digest twice. */
export function entryRow(
  index: RepositoryImageRow,
  entry: IndexEntry,
  position: number,
): RepositoryImageRow {
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

/** The display name of an image: its first tag, or its digest. */
export function imageName(row: RepositoryImageRow): string {
  return row.tags[0] ?? shortDigest(row.digest);
}

/** What a filter finds a row by: tags, digest, and type. */
export function imageRowWords(row: RepositoryImageRow): readonly string[] {
  return [row.digest, ...row.tags, imageKindLabels[row.kind]];
}

/**
 * The rows of the table. Untagged images are shown only on request. An image that an expanded index
 * lists is shown there, not a second time on its own.
 */
export function shownRows(
  rows: readonly RepositoryImageRow[],
  untaggedShown: boolean,
  listed: ReadonlySet<string>,
): readonly RepositoryImageRow[] {
  return rows.filter(
    ({ tags, digest }) => tags.length > 0 || (untaggedShown && !listed.has(digest)),
  );
}
