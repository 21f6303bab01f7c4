/**
 * The rectangles of the treemap: repositories of a registry, or images of a repository, by size and
 * last pull.
 */
import type { ImageSize, RepositoryContents, RepositoryDetails } from "../../../ipc/generated";
import {
  formatAtMost,
  formatBytes,
  formatCounted,
  formatPercent,
  shortDigest,
} from "../../../shared/format";

/** A part of a storage: a repository, a group of tags, an image, or what several share. */
export interface StorageNode {
  /** Unique among the parts of its parent. */
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  /** Whether the size is more than an upper bound. */
  readonly isExact: boolean;
  /** The last pull. `null` if nobody pulled it, `undefined` if it isn't something that is pulled. */
  readonly pulledAtMs: number | null | undefined;
  /** What it consists of. Empty for an image. */
  readonly parts: readonly StorageNode[];
}

type NodeSize = Pick<StorageNode, "bytes" | "isExact">;

/** The maximum number of rectangles. More can't be distinguished. */
export const maxCells = 150;

/** Groups of fewer images are shown as images. */
const minGrouped = 30;

const latest = (nodes: readonly StorageNode[]) => {
  const times = nodes.flatMap(({ pulledAtMs }) =>
    typeof pulledAtMs === "number" ? pulledAtMs : [],
  );
  return times.length === 0 ? null : Math.max(...times);
};

function bySize(nodes: readonly StorageNode[]): StorageNode[] {
  return [...nodes].sort(
    (one, other) => other.bytes - one.bytes || one.name.localeCompare(other.name),
  );
}

function groupNode(id: string, name: string, parts: readonly StorageNode[]): StorageNode {
  return {
    id,
    name,
    bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
    isExact: parts.every(({ isExact }) => isExact),
    pulledAtMs: latest(parts),
    parts: bySize(parts),
  };
}

/** The largest parts, at most `maxCells`. The last one includes all smaller ones. */
export function visibleCells(parts: readonly StorageNode[]): readonly StorageNode[] {
  const sorted = bySize(parts.filter(({ bytes }) => bytes > 0));
  if (sorted.length <= maxCells) {
    return sorted;
  }
  const rest = sorted.slice(maxCells - 1);
  return [
    ...sorted.slice(0, maxCells - 1),
    groupNode("smaller", formatCounted(rest.length, "smaller one", "smaller ones"), rest),
  ];
}

/** Nothing is known about the size of an index until it is read: ECR reports its platforms as images. */
function isUnknown({ bytes, isExact }: NodeSize): boolean {
  return bytes === 0 && !isExact;
}

/** A size in words: `12.3 GB`, or `≤ 12.3 GB` for an upper bound. */
export function nodeSize(size: NodeSize): string {
  const text = formatBytes(size.bytes);
  return isUnknown(size) ? "Unknown" : size.isExact ? text : `≤ ${text}`;
}

/** The share of a part of the whole, in percent. */
export function nodeShare(size: NodeSize, total: number): string {
  return isUnknown(size) ? "–" : shareText(size.bytes, total);
}

/** Its share of the whole in percent. */
export function shareText(bytes: number, total: number): string {
  const percent = total === 0 ? 0 : (bytes / total) * 100;
  return percent > 0 && percent < 1 ? "< 1%" : formatPercent(Math.round(percent));
}

/** The whole of a repository: standard and archive storage. */
function totalSize({ standard, archived }: Record<"standard" | "archived", ImageSize>): ImageSize {
  return {
    bytes: standard.bytes + archived.bytes,
    is_exact: standard.is_exact && archived.is_exact,
  };
}

/** The repositories of a registry that were listed. */
export function registryNodes(repositories: readonly RepositoryContents[]): readonly StorageNode[] {
  return repositories.flatMap(({ name, storage }) => {
    if (storage === null) {
      return [];
    }
    const { bytes, is_exact } = totalSize(storage);
    return {
      id: name,
      name,
      bytes,
      isExact: is_exact,
      pulledAtMs: storage.pulled_at_ms,
      parts: [],
    };
  });
}

/** A group of images. A tag can have the name of another kind, such as `Untagged`. */
interface TagGroup {
  readonly kind: "untagged" | "commits" | "tag";
  readonly name: string;
}

/** The group of a tag: the text before its number, so `v1.2.3` and `v2` are one group. */
export function tagGroup(tag: string | undefined): TagGroup {
  if (tag === undefined) {
    return { kind: "untagged", name: "Untagged" };
  }
  if (/^[0-9a-f]{7,64}$/.test(tag) && /\d/.test(tag)) {
    return { kind: "commits", name: "Commits" };
  }
  const number = tag.search(/\d/);
  return { kind: "tag", name: number === -1 ? tag : `${tag.slice(0, number)}*` };
}

/**
 * The images of a repository, in groups of tags if there are many. If sizes are exact, each image has the bytes that
 * only it uses, and one part what several share.
 */
export function repositoryNodes(details: RepositoryDetails): readonly StorageNode[] {
  const { rows, size, images: count } = details.rows;
  const byDigest = new Map(details.images.map((image) => [image.digest, image]));
  const groups = new Map<string, { of: TagGroup; parts: StorageNode[] }>();
  const images = rows.map((row) => {
    const image = byDigest.get(row.digest);
    const tag = image?.tags[0];
    const node: StorageNode = {
      id: row.digest,
      name: tag ?? shortDigest(row.digest),
      bytes: row.only_here_bytes ?? row.size.bytes,
      isExact: row.only_here_bytes !== null,
      pulledAtMs: image?.pulled_at_ms ?? null,
      parts: [],
    };
    const of = tagGroup(tag);
    const key = `${of.kind} ${of.name}`;
    const known = groups.get(key);
    if (known === undefined) {
      groups.set(key, { of, parts: [node] });
    } else {
      known.parts.push(node);
    }
    return node;
  });
  const nodes =
    images.length <= minGrouped || groups.size === 1
      ? images
      : [...groups].map(([key, { of, parts }]) =>
          parts.length === 1 && parts[0] !== undefined
            ? parts[0]
            : groupNode(
                `group ${key}`,
                // A tagged image is never only a part of an index.
                `${of.name} (${formatAtMost(parts.length, count.is_exact || of.kind !== "untagged")})`,
                parts,
              ),
        );
  const own = images.reduce((sum, { bytes }) => sum + bytes, 0);
  const shared = size.is_exact ? size.bytes - own : 0;
  return shared <= 0
    ? nodes
    : [
        ...nodes,
        {
          id: "shared",
          name: "Shared by several images",
          bytes: shared,
          isExact: true,
          pulledAtMs: undefined,
          parts: [],
        },
      ];
}

/** How long ago something was pulled, in the classes of the picture. */
export type PullAge = "recent" | "older" | "old" | "never" | "shared";

const dayMs = 86_400_000;

export function pullAge(pulledAtMs: number | null | undefined, nowMs: number): PullAge {
  if (pulledAtMs === undefined) {
    return "shared";
  }
  if (pulledAtMs === null) {
    return "never";
  }
  const days = (nowMs - pulledAtMs) / dayMs;
  return days <= 30 ? "recent" : days <= 180 ? "older" : "old";
}

export const pullAgeLabels: Record<PullAge, string> = {
  recent: "Pulled in the last 30 days",
  older: "In the last 180 days",
  old: "Longer ago",
  never: "Never pulled",
  shared: "Shared layers",
};
