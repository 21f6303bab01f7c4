import type { ChosenTags, Selection } from "../generated";
import { practiceTags } from "./data";

/** Fake selection by rules. Implements only the newest-tags rule. */
export function fakeChosenTags(selection: Selection): ChosenTags {
  const named = selection.repositories;
  const repositories = Object.keys(practiceTags).filter(
    (name) => named.length === 0 || named.includes(name),
  );
  const newest = selection.rules.newest ?? Number.POSITIVE_INFINITY;
  const all = repositories.flatMap((repository) =>
    (practiceTags[repository] ?? []).map((tag, place) => ({ repository, tag, place })),
  );
  const chosen = all.filter(({ place }) => place < newest);
  return {
    images: chosen.map(({ repository, tag }) => ({ repository, tag: tag.tag })),
    size_bytes: chosen.reduce((sum, { tag }) => sum + (tag.size_bytes ?? 0), 0),
    sizes_unknown: 0,
    out:
      chosen.length === all.length ? [] : [{ reason: "older", tags: all.length - chosen.length }],
    unread: [],
  };
}
