/** What is selected in the image table, and what a click on a check box selects. */
import type { SelectedImage } from "../../../ipc/generated";
import { formatBytes, formatCount, formatCounted } from "../../../shared/format";
import { type Draft, imageKey, type SelectionSize, selectedRepositories } from "../wizard/draft";
import {
  filteredTags,
  filterParts,
  type ImageFilter,
  type RepositoryRow,
  type SourceRow,
  shownTag,
  type TagList,
} from "./sourceRows";

type Tags = Readonly<Record<string, TagList>>;

/** The state of a check box. */
export type BoxState = "all" | "some" | "none";

/** The selected tags of each repository. */
type SelectedTags = ReadonlyMap<string, ReadonlySet<string>>;

export function selectedTags(images: readonly SelectedImage[]): SelectedTags {
  const chosen = new Map<string, Set<string>>();
  for (const { repository, tag } of images) {
    const tags = chosen.get(repository);
    if (tags === undefined) {
      chosen.set(repository, new Set([tag]));
    } else {
      tags.add(tag);
    }
  }
  return chosen;
}

/** Whether all tags of a repository are loaded. */
function isComplete(list: TagList | undefined): boolean {
  return list !== undefined && !list.loading && list.error === null && list.next === null;
}

/** The number of tags, or `null` if unknown. */
function tagCount(list: TagList | undefined): number | null {
  return list?.total ?? (list !== undefined && isComplete(list) ? list.tags.length : null);
}

/** Selected tags, with the total if known. */
export function chosenText(chosen: number, list: TagList | undefined): string | null {
  const total = tagCount(list);
  if (total !== null) {
    return `${formatCount(chosen)} of ${formatCount(total)}`;
  }
  return chosen === 0 ? null : `${formatCount(chosen)} selected`;
}

/** The check box of a repository. Only tags that the filter shows count. */
export function repositoryBox(
  repository: string,
  list: TagList | undefined,
  filter: ImageFilter,
  chosen: SelectedTags,
): BoxState {
  const mine = chosen.get(repository);
  if (mine === undefined) {
    return "none";
  }
  if (list !== undefined && isComplete(list)) {
    const shown = filteredTags(repository, list.tags, filter);
    const selected = shown.filter(({ tag }) => mine.has(tag)).length;
    return selected === 0 ? "none" : selected === shown.length ? "all" : "some";
  }
  const shown = shownTag(repository, filter);
  const selected = [...mine].filter(shown).length;
  const all = filterParts(filter).tag === "" && selected === list?.total;
  return selected === 0 ? "none" : all ? "all" : "some";
}

/** The check box of all repositories. */
export function allBox(
  rows: readonly RepositoryRow[],
  tags: Tags,
  filter: ImageFilter,
  chosen: SelectedTags,
): BoxState {
  const boxes = new Set(rows.map(({ id }) => repositoryBox(id, tags[id], filter, chosen)));
  const [only] = boxes;
  return boxes.size === 1 && only !== undefined ? only : boxes.size === 0 ? "none" : "some";
}

interface SelectionChange {
  readonly images: readonly SelectedImage[];
  /** Repositories that were selected before all of their tags were loaded. */
  readonly wanted: readonly string[];
}

/** Selects or deselects rows. Tags that the filter hides keep their state. */
export function selectRows(
  rows: readonly SourceRow[],
  select: boolean,
  tags: Tags,
  filter: ImageFilter,
  images: readonly SelectedImage[],
): SelectionChange {
  const after = new Map(images.map((image) => [imageKey(image), image]));
  const wanted: string[] = [];
  const set = (image: SelectedImage) => {
    if (select) {
      after.set(imageKey(image), image);
    } else {
      after.delete(imageKey(image));
    }
  };
  const chosen = selectedTags(images);
  for (const row of rows) {
    if (row.kind === "tag") {
      set({ repository: row.repository, tag: row.tag.tag });
    } else if (row.kind === "repository") {
      const repository = row.id;
      const list = tags[repository];
      for (const { tag } of filteredTags(repository, list?.tags ?? [], filter)) {
        set({ repository, tag });
      }
      if (isComplete(list)) {
        continue;
      }
      if (select) {
        wanted.push(repository);
      } else {
        for (const tag of [...(chosen.get(repository) ?? [])].filter(
          shownTag(repository, filter),
        )) {
          set({ repository, tag });
        }
      }
    }
  }
  return { images: [...after.values()], wanted };
}

export function selectionSize(images: readonly SelectedImage[], tags: Tags): SelectionSize {
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
 * Returns the size of the selection: the sum of the tags. The plan counts shared layers once. Until tags are loaded, the size reported by the rules is used.
 */
export function draftSize(
  draft: Pick<Draft, "images" | "selection" | "ruledSize">,
  tags: Tags,
): SelectionSize {
  const read = selectionSize(draft.images, tags);
  const ruled = draft.selection === null ? null : draft.ruledSize;
  return ruled !== null && ruled.unknown <= read.unknown ? ruled : read;
}

/** The number of selected tags and their size. */
export function selectionText(draft: Draft, tags: Tags): string {
  const count = draft.images.length;
  if (count === 0) {
    return "No tags selected";
  }
  const size = draftSize(draft, tags);
  const bytes =
    size.unknown === count
      ? "size unknown"
      : `${formatBytes(size.bytes)}${size.unknown > 0 ? " and more" : ""}`;
  const repositories = selectedRepositories(draft.images).length;
  const where =
    repositories === 1 ? "" : ` · ${formatCounted(repositories, "repository", "repositories")}`;
  return `${formatCounted(count, "tag", "tags")} selected, ${bytes}${where}`;
}
