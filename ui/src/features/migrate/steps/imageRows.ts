import type { SelectedImage, SourceRepository, SourceTag } from "../../../ipc/generated";
import { formatBytes, formatCount, formatCounted } from "../../../shared/format";
import { type Draft, imageKey, type SelectionSize } from "../wizard/draft";

/** Loaded tags of a repository. */
export interface TagList {
  readonly tags: readonly SourceTag[];
  readonly loading: boolean;
  readonly error: unknown;
  /** Token of the next page, or `null`. */
  readonly next: string | null;
  /** Total number, or `null` if unknown. */
  readonly total: number | null;
}

export interface ImageFilter {
  /** Substring of the repository name. */
  readonly search: string;
  /** Tag pattern with `*`. Empty matches every tag. */
  readonly tagPattern: string;
  /** Number of newest tags per repository; nothing takes all. */
  readonly newest: number | null;
}

export const noFilter: ImageFilter = { search: "", tagPattern: "", newest: null };

/** A table row: a repository, or a row below it. */
export type ImageRow =
  | { readonly kind: "repository"; readonly id: string; readonly repository: SourceRepository }
  | {
      readonly kind: "tag";
      readonly id: string;
      readonly repository: string;
      readonly tag: SourceTag;
    }
  | {
      readonly kind: "loading" | "empty" | "more";
      readonly id: string;
      readonly repository: string;
      /** Loaded and total tags. The total is `null` if unknown. */
      readonly progress: { readonly have: number; readonly of: number } | null;
    }
  | {
      readonly kind: "error";
      readonly id: string;
      readonly repository: string;
      readonly error: unknown;
    };

/**
 * Returns a matcher for a pattern with `*`. The pattern is compiled once, because a repository can
 * have thousands of tags.
 */
export function tagMatcher(pattern: string): (tag: string) => boolean {
  if (pattern.trim() === "") {
    return () => true;
  }
  const escaped = pattern.trim().replace(/[.+?^${}()|[\]\\]/g, "\\$&");
  const expression = new RegExp(`^${escaped.replaceAll("*", ".*")}$`);
  return (tag) => expression.test(tag);
}

/** Filters tags. Sources return the newest tags first if they know the age. */
export function filteredTags(tags: readonly SourceTag[], filter: ImageFilter): SourceTag[] {
  const matches = tagMatcher(filter.tagPattern);
  const matching = tags.filter((tag) => matches(tag.tag));
  return filter.newest === null ? matching : matching.slice(0, filter.newest);
}

/** Returns the rows of the matching repositories. */
export function repositoryRows(
  repositories: readonly SourceRepository[],
  filter: ImageFilter,
): ImageRow[] {
  const search = filter.search.trim().toLowerCase();
  return repositories
    .filter((repository) => repository.name.toLowerCase().includes(search))
    .map((repository) => ({ kind: "repository", id: repository.name, repository }));
}

/** Loaded tags, with the total if known. */
function tagProgress(list: TagList | undefined) {
  return list === undefined || list.total === null || list.tags.length >= list.total
    ? null
    : { have: list.tags.length, of: list.total };
}

/** The rows under a repository. */
export function tagRows(repository: string, list: TagList | undefined, filter: ImageFilter) {
  const row = (kind: "loading" | "empty" | "more"): ImageRow => ({
    kind,
    id: `${repository} ${kind}`,
    repository,
    progress: tagProgress(list),
  });
  if (list === undefined) {
    return [row("loading")];
  }
  const rows: ImageRow[] = filteredTags(list.tags, filter).map((tag) => ({
    kind: "tag",
    id: `${repository}:${tag.tag}`,
    repository,
    tag,
  }));
  if (list.loading) {
    rows.push(row("loading"));
  } else if (list.error !== null) {
    rows.push({ kind: "error", id: `${repository} error`, repository, error: list.error });
  } else if (list.next !== null) {
    rows.push(row("more"));
  } else if (rows.length === 0) {
    rows.push(row("empty"));
  }
  return rows;
}

/** The first rows below a repository, and a row to show more. */
export function drawnRows(rows: readonly ImageRow[], count: number): ImageRow[] {
  const first = rows[0];
  if (rows.length <= count + 1 || first === undefined || first.kind === "repository") {
    return [...rows];
  }
  const repository = first.repository;
  const below = rows.filter((row) => row.kind === "tag").length;
  const last = rows.at(-1);
  const whole = last?.kind === "more" || last?.kind === "loading" ? last.progress?.of : undefined;
  const progress = { have: count, of: whole ?? below };
  return [
    ...rows.slice(0, count),
    { kind: "more", id: `${repository} more`, repository, progress },
  ];
}

/** Number of selected tags by repository. */
export function chosenCounts(images: readonly SelectedImage[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { repository } of images) {
    counts.set(repository, (counts.get(repository) ?? 0) + 1);
  }
  return counts;
}

/** Selected tags, with the total if known. */
export function chosenText(chosen: number, list: TagList | undefined): string {
  const read = list !== undefined && list.next === null && list.tags.length > 0;
  const total = list?.total ?? (read ? list.tags.length : null);
  return total === null
    ? `${formatCounted(chosen, "tag", "tags")} selected`
    : `${formatCount(chosen)} of ${formatCounted(total, "tag", "tags")} selected`;
}

/** Whether only the selected tags of a repository are known. */
function isUnread(list: TagList | undefined): boolean {
  return list === undefined || list.tags.length === 0;
}

/** Returns the selected rows: selected tags, and repositories with all loaded tags selected. */
export function selectedRows(
  repositories: readonly ImageRow[],
  tags: Readonly<Record<string, TagList>>,
  filter: ImageFilter,
  images: readonly SelectedImage[],
): ImageRow[] {
  const chosen = new Set(images.map((image) => `${image.repository}:${image.tag}`));
  const matches = tagMatcher(filter.tagPattern);
  const counts = chosenCounts(images.filter(({ tag }) => matches(tag)));
  return repositories.flatMap((row) => {
    if (isUnread(tags[row.id])) {
      return counts.has(row.id) ? [row] : [];
    }
    const below = tagRows(row.id, tags[row.id], filter).filter((one) => one.kind === "tag");
    const selected = below.filter((one) => chosen.has(one.id));
    return below.length > 0 && selected.length === below.length ? [row, ...selected] : selected;
  });
}

export interface SelectionChange {
  readonly images: SelectedImage[];
  /** Repositories that were selected before all of their tags were loaded. */
  readonly wanted: string[];
}

/**
 * Applies a change of the table selection. Selecting a repository selects its visible tags. Hidden
 * tags keep their state.
 */
export function changedSelection(
  before: readonly ImageRow[],
  after: readonly ImageRow[],
  tags: Readonly<Record<string, TagList>>,
  filter: ImageFilter,
  images: readonly SelectedImage[],
): SelectionChange {
  const ids = (rows: readonly ImageRow[]) => new Set(rows.map((row) => row.id));
  const [had, has] = [ids(before), ids(after)];
  const chosen = new Map(images.map((image) => [`${image.repository}:${image.tag}`, image]));
  const wanted: string[] = [];
  const matches = tagMatcher(filter.tagPattern);
  const shownTags = (repository: string) =>
    filteredTags(tags[repository]?.tags ?? [], filter).map((tag) => ({
      repository,
      tag: tag.tag,
    }));

  for (const row of before) {
    if (has.has(row.id)) {
      continue;
    }
    if (row.kind === "tag") {
      chosen.delete(row.id);
      // The table still reports the repository as selected.
      has.delete(row.repository);
    } else if (row.kind === "repository" && allStillThere(row.id, before, has)) {
      const unticked = isUnread(tags[row.id])
        ? images.filter(({ repository, tag }) => repository === row.id && matches(tag))
        : shownTags(row.id);
      for (const image of unticked) {
        chosen.delete(`${image.repository}:${image.tag}`);
      }
    }
  }
  for (const row of after) {
    if (had.has(row.id)) {
      continue;
    }
    if (row.kind === "tag") {
      chosen.set(row.id, { repository: row.repository, tag: row.tag.tag });
    } else if (row.kind === "repository") {
      const shown = shownTags(row.id);
      if (tags[row.id] === undefined || tags[row.id]?.next !== null) {
        wanted.push(row.id);
      }
      for (const image of shown) {
        chosen.set(`${image.repository}:${image.tag}`, image);
      }
    }
  }
  return { images: [...chosen.values()], wanted };
}

/** Whether the user deselected the repository, not one of its tags. */
function allStillThere(
  repository: string,
  before: readonly ImageRow[],
  after: ReadonlySet<string>,
): boolean {
  return before.every(
    (row) => row.kind !== "tag" || row.repository !== repository || after.has(row.id),
  );
}

export function selectionSize(
  images: readonly SelectedImage[],
  tags: Readonly<Record<string, TagList>>,
): SelectionSize {
  let [bytes, unknown] = [0, 0];
  const sizes = new Map<string, number>();
  for (const repository of new Set(images.map((image) => image.repository))) {
    for (const { tag, size_bytes } of tags[repository]?.tags ?? []) {
      if (size_bytes !== null) {
        sizes.set(imageKey({ repository, tag }), size_bytes);
      }
    }
  }
  for (const image of images) {
    const size = sizes.get(imageKey(image));
    if (size === undefined) {
      unknown += 1;
    } else {
      bytes += size;
    }
  }
  return { bytes, unknown };
}

/**
 * Returns the size of the selection. Until tags are loaded, the size reported by the rules is used.
 */
export function draftSize(
  draft: Pick<Draft, "images" | "selection" | "ruledSize">,
  tags: Readonly<Record<string, TagList>>,
): SelectionSize {
  const read = selectionSize(draft.images, tags);
  const ruled = draft.selection === null ? null : draft.ruledSize;
  return ruled !== null && ruled.unknown <= read.unknown ? ruled : read;
}

/** The number of selected tags and their size. */
export function selectionText(draft: Draft, tags: Readonly<Record<string, TagList>>): string {
  const count = draft.images.length;
  if (count === 0) {
    return "No tags selected";
  }
  const size = draftSize(draft, tags);
  const bytes =
    size.unknown === count
      ? "size unknown"
      : `${formatBytes(size.bytes)}${size.unknown > 0 ? " and more" : ""}`;
  return `${formatCounted(count, "tag", "tags")} selected, ${bytes}`;
}
