/**
 * The rows of a repository’s images: an image with the platforms, attestations and signatures that
 * belong to it.
 */
import type {
  ImageKind,
  ImagePart,
  ImageRow,
  ImageStatus,
  RepositoryImage,
  RepositoryRows,
} from "../../ipc/generated";
import { formatCounted, shortDigest } from "../../shared/format";
import { type Reported, reportedText } from "../../shared/reported";

/** Numbers of signatures and documents of an image. */
export interface AttachedCounts {
  readonly signatures: number;
  readonly sboms: number;
  readonly provenances: number;
}

/** A row of the images table: a thing that was pushed, or a part of one. */
export interface RepositoryImageRow {
  /** Unique in the table, although a part can stand under several rows. */
  readonly id: string;
  readonly digest: string;
  readonly tags: readonly string[];
  readonly kind: ImageKind;
  readonly mediaType: string | null;
  readonly platform: string | null;
  /** With shared layers counted once. */
  readonly sizeBytes: number | null;
  /** Whether the size is more than a bound: a lower one of an index that wasn’t read, otherwise an upper one. */
  readonly sizeIsExact: boolean;
  /** Bytes that no other row uses, if known. */
  readonly onlyHereBytes: number | null;
  readonly pushedAtMs: number | null;
  readonly pulledAtMs: number | null;
  readonly ownReadAtMs: number | null;
  readonly status: Reported<ImageStatus>;
  /** Its platforms and referrers, counted. */
  readonly contents: string;
  /** The same with every kind of referrer. */
  readonly contentsInFull: string;
  readonly platforms: readonly string[];
  /** Numbers of what is attached. `null` if the index wasn’t read. */
  readonly attached: AttachedCounts | null;
  /** What else to know about it, or `null`. */
  readonly note: string | null;
  readonly isUnread: boolean;
  readonly parts: readonly RepositoryImageRow[];
  /** Pull commands. Empty for parts. */
  readonly pullCommands: readonly string[];
  readonly isEntry: boolean;
}

/** Labels of the types. */
export const imageKindLabels: Record<ImageKind, string> = {
  image: "Image",
  index: "Image index",
  signature: "Signature",
  sbom: "SBOM",
  provenance: "Provenance",
  attestation: "Attestation",
  helm_chart: "Helm chart",
  wasm: "WASM module",
  build_cache: "Build cache",
  soci_index: "SOCI index",
  model: "AI model",
  referrer_list: "Referrers list",
  other: "Other artifact",
};

const imageStatusLabels: Record<ImageStatus, string> = {
  active: "Active",
  archived: "Archived",
  activating: "Restoring",
};

export function imageStatusLabel(status: Reported<ImageStatus>): string {
  return reportedText(status, (known) => imageStatusLabels[known]);
}

/** A number with its noun in singular and plural. */
type Counted = readonly [number, string, string];

/**
 * The parts of a row, counted: `2 platforms, 1 signature`. Two kinds of referrers are named without their numbers, and more are
 * one number, so that the column shows them as a whole, unless `inFull`.
 */
function contentsOf(row: ImageRow, inFull: boolean): string {
  if (row.is_unread) {
    return "Not read";
  }
  const platforms: Counted = [row.platforms.length, "platform", "platforms"];
  const kinds: readonly Counted[] = [
    [row.signatures, "signature", "signatures"],
    [row.sboms, "SBOM", "SBOMs"],
    [row.provenances, "provenance", "provenances"],
    [row.attestations, "attestation", "attestations"],
    [row.referrers, "other referrer", "other referrers"],
  ];
  const referrers = kinds.filter(([count]) => count > 0);
  const counted = ([count, one, many]: Counted) => formatCounted(count, one, many);
  const all = referrers.reduce((sum, [count]) => sum + count, 0);
  const shown =
    inFull || referrers.length < 2
      ? referrers.map(counted)
      : referrers.length === 2
        ? referrers.map(([, one]) => one)
        : [counted([all, "referrer", "referrers"])];
  return [...(row.platforms.length > 0 ? [counted(platforms)] : []), ...shown].join(", ");
}

function noteOf(row: ImageRow): string | null {
  if (row.is_orphan) {
    return "Its image is not in this repository.";
  }
  if (row.also_in.length > 0) {
    return `Also in ${row.also_in.join(", ")}.`;
  }
  return row.probably_in === null ? null : `Probably part of ${row.probably_in}.`;
}

/** The rows of a repository, with their parts. */
export function imageRows(
  images: readonly RepositoryImage[],
  grouped: RepositoryRows,
): readonly RepositoryImageRow[] {
  const byDigest = new Map(images.map((image) => [image.digest, image]));
  const described = (digest: string) => {
    const image = byDigest.get(digest);
    return {
      digest,
      tags: image?.tags ?? [],
      mediaType: image?.media_type ?? null,
      pushedAtMs: image?.pushed_at_ms ?? null,
      pulledAtMs: image?.pulled_at_ms ?? null,
      ownReadAtMs: image?.own_read_at_ms ?? null,
      status: image?.status ?? ("active" as const),
    };
  };
  const partRow = (part: ImagePart, above: string, position: number): RepositoryImageRow => {
    const id = `${above} ${position} ${part.digest}`;
    return {
      ...described(part.digest),
      id,
      kind: part.kind,
      platform: part.platform,
      // ECR reports for an index the size of its largest image.
      sizeBytes: part.kind === "index" ? null : (byDigest.get(part.digest)?.size_bytes ?? null),
      sizeIsExact: true,
      onlyHereBytes: null,
      contents: "",
      contentsInFull: "",
      attached: null,
      platforms: [],
      note: null,
      isUnread: false,
      parts: part.parts.map((inner, index) => partRow(inner, id, index)),
      pullCommands: [],
      isEntry: true,
    };
  };
  return grouped.rows.map((row) => ({
    ...described(row.digest),
    id: row.digest,
    kind: row.kind,
    platform: null,
    // ECR reports for an index the size of its largest image.
    sizeBytes: row.is_unread ? (byDigest.get(row.digest)?.size_bytes ?? null) : row.size.bytes,
    // One image shares no layer with itself: the size that ECR reports is exact.
    sizeIsExact: row.size.is_exact || (row.parts.length === 0 && !row.is_unread),
    onlyHereBytes: row.only_here_bytes,
    contents: contentsOf(row, false),
    contentsInFull: contentsOf(row, true),
    attached: row.is_unread
      ? null
      : { signatures: row.signatures, sboms: row.sboms, provenances: row.provenances },
    platforms: row.platforms,
    note: noteOf(row),
    isUnread: row.is_unread,
    parts: row.parts.map((part, index) => partRow(part, row.digest, index)),
    pullCommands: byDigest.get(row.digest)?.pull_commands ?? [],
    isEntry: false,
  }));
}

/** The display name of an image: its first tag, or its digest. */
export function imageName(row: Pick<RepositoryImageRow, "digest" | "tags">): string {
  return row.tags[0] ?? shortDigest(row.digest);
}

/** What a filter finds a row by: tags, digests, type, platforms, and status. */
export function imageRowWords(row: RepositoryImageRow): readonly string[] {
  return [
    row.digest,
    ...row.tags,
    imageKindLabels[row.kind],
    ...row.platforms,
    imageStatusLabel(row.status),
    ...allParts(row).map(({ digest }) => digest),
  ];
}

/** Everything in a row, each image once. */
export function allParts(row: RepositoryImageRow): readonly RepositoryImageRow[] {
  const found = new Map<string, RepositoryImageRow>();
  const add = (parts: readonly RepositoryImageRow[]) => {
    for (const part of parts) {
      if (!found.has(part.digest)) {
        found.set(part.digest, part);
      }
      add(part.parts);
    }
  };
  add(row.parts);
  return [...found.values()];
}

/** Something that refers to an image. */
interface ReferencingRow {
  /** Its type and name. */
  readonly name: string;
  readonly row: RepositoryImageRow;
}

/** The indexes that list an image, and the signatures and other referrers of it, each once. */
export function referencesTo(
  digest: string,
  rows: readonly RepositoryImageRow[],
): readonly ReferencingRow[] {
  const found = new Map<string, ReferencingRow>();
  const add = (row: RepositoryImageRow) => {
    const name = `${imageKindLabels[row.kind]} ${imageName(row)}`;
    if (!found.has(name)) {
      found.set(name, { name, row });
    }
  };
  const look = (row: RepositoryImageRow) => {
    for (const part of row.parts) {
      const isListed = part.kind === "image" || part.kind === "index";
      if (isListed && part.digest === digest) {
        add(row);
      } else if (!isListed && row.digest === digest) {
        add(part);
      }
      look(part);
    }
  };
  rows.forEach(look);
  return [...found.values()];
}
