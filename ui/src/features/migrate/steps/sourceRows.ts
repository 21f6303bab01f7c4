/** The rows of the image table: repositories, and below them the loaded tags. */
import type { SourceRepository, SourceTag } from "../../../ipc/generated";
import { imageKey } from "../wizard/draft";

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
  /** Part of a repository name, and after a colon a tag pattern: `pgcli:v1.*`. */
  readonly text: string;
  /**
   * The images that *Selected only* shows: those that were selected when it was chosen. A deselected
   * tag keeps its row. `null` shows all.
   */
  readonly only: ReadonlySet<string> | null;
}

export const noFilter: ImageFilter = { text: "", only: null };

/** Splits the text of a filter. A colon before a slash is part of a name: `localhost:5000/app`. */
export function filterParts({ text }: ImageFilter): { repository: string; tag: string } {
  const [, repository = text, tag = ""] = /^(.*):([^/:]*)$/.exec(text.trim()) ?? [];
  return { repository: repository.trim(), tag };
}

export interface RepositoryRow {
  readonly kind: "repository";
  readonly id: string;
  readonly repository: SourceRepository;
}

/** A table row: a repository, or a row below it. */
export type SourceRow =
  | RepositoryRow
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
 * Returns a matcher for a tag pattern: with `*` for the whole tag, otherwise for a part of it. The
 * pattern is compiled once, because a repository can have thousands of tags.
 */
export function tagMatcher(pattern: string): (tag: string) => boolean {
  const wanted = pattern.trim();
  if (!wanted.includes("*")) {
    return (tag) => tag.includes(wanted);
  }
  const escaped = wanted.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
  const expression = new RegExp(`^${escaped.replaceAll("*", ".*")}$`);
  return (tag) => expression.test(tag);
}

/** Returns a matcher for the tags of a repository that a filter shows. */
export function shownTag(repository: string, filter: ImageFilter): (tag: string) => boolean {
  const matches = tagMatcher(filterParts(filter).tag);
  const { only } = filter;
  return only === null ? matches : (tag) => only.has(imageKey({ repository, tag })) && matches(tag);
}

/** Filters the tags of a repository. Sources return the newest tags first if they know the age. */
export function filteredTags(
  repository: string,
  tags: readonly SourceTag[],
  filter: ImageFilter,
): SourceTag[] {
  const shown = shownTag(repository, filter);
  return tags.filter((tag) => shown(tag.tag));
}

/** Returns the rows of the matching repositories. */
export function repositoryRows(
  repositories: readonly SourceRepository[],
  filter: ImageFilter,
): RepositoryRow[] {
  const name = filterParts(filter).repository.toLowerCase();
  const only =
    filter.only === null ? null : new Set([...filter.only].map((key) => key.split(" ")[0]));
  return repositories
    .filter(
      (repository) =>
        repository.name.toLowerCase().includes(name) && only?.has(repository.name) !== false,
    )
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
  const row = (kind: "loading" | "empty" | "more"): SourceRow => ({
    kind,
    id: `${repository} ${kind}`,
    repository,
    progress: tagProgress(list),
  });
  if (list === undefined) {
    return [row("loading")];
  }
  const rows: SourceRow[] = filteredTags(repository, list.tags, filter).map((tag) => ({
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
export function drawnRows(rows: readonly SourceRow[], count: number): SourceRow[] {
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
