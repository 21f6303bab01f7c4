/** Repositories and tags of the fake backend, with a namespace that has many pages. */
import type {
  ChosenTags,
  ImageSource,
  PlannedImage,
  SourceRepositories,
  SourceTag,
  SourceTags,
} from "../generated";
import { images } from "./recorded/practice";

const day = 86_400_000;

function tagOf({ selected, source_digest, platforms, size_bytes }: PlannedImage): SourceTag {
  return {
    tag: selected.tag,
    digest: source_digest,
    platforms,
    size_bytes,
    updated_at_ms: Date.now() - day,
    pulled_at_ms: null,
  };
}

/** Tags of the practice account, by repository, as its plan was recorded. */
export const practiceTags: Readonly<Record<string, readonly SourceTag[]>> = Object.fromEntries(
  [...new Set(images.map(({ selected }) => selected.repository))].map((repository) => [
    repository,
    images.filter(({ selected }) => selected.repository === repository).map(tagOf),
  ]),
);

/** All images of the practice account as rules select them, or the newest of each repository. */
export function recordedSelection(newest: boolean): ChosenTags {
  const chosen = newest
    ? Object.keys(practiceTags).flatMap((repository) =>
        images.filter(({ selected }) => selected.repository === repository).slice(0, 1),
      )
    : images;
  return {
    images: chosen.map(({ selected }) => selected),
    size_bytes: chosen.reduce((sum, { size_bytes }) => sum + (size_bytes ?? 0), 0),
    sizes_unknown: 0,
    excluded: newest ? [{ reason: "older", tags: images.length - chosen.length }] : [],
    unread: [],
  };
}

/** Page size and total of the namespace `warehouse`. */
const pageSize = 100;
const manyRepositories = 300;
const manyTags = 1000;

function names(source: ImageSource): string[] {
  return source.kind === "docker_hub" || source.kind === "practice_account"
    ? (source.namespace ?? "").split(",").map((name) => name.trim())
    : [];
}

/** A page of repositories. The namespace `warehouse` has many pages. */
export function fakeRepositories(source: ImageSource, next: string | null): SourceRepositories {
  const few = Object.entries(practiceTags).map(([name, tags]) => ({
    name,
    private: name === "dencold/storefront",
    updated_at_ms: tags[0]?.updated_at_ms ?? null,
    size_bytes: tags.reduce((sum, one) => sum + (one.size_bytes ?? 0), 0),
    tags: null,
  }));
  if (!names(source).includes("warehouse")) {
    return { repositories: few, next: null, total: few.length, unread: [] };
  }
  const from = next === null ? 0 : Number(next);
  const to = Math.min(from + pageSize, manyRepositories);
  const repositories = Array.from({ length: to - from }, (_, place) => ({
    name: from + place === 0 ? "warehouse/builds" : `warehouse/service-${from + place}`,
    private: (from + place) % 10 === 9,
    updated_at_ms: Date.now(),
    size_bytes: 1_000_000,
    tags: null,
  }));
  return {
    repositories,
    next: to < manyRepositories ? String(to) : null,
    total: manyRepositories,
    unread: [],
  };
}

export function fakeTags(repository: string, next: string | null): SourceTags {
  if (repository !== "warehouse/builds") {
    const tags = [...(practiceTags[repository] ?? [])];
    return { tags, next: null, total: tags.length };
  }
  const from = next === null ? 0 : Number(next);
  const tags = Array.from({ length: pageSize }, (_, place) => ({
    tag: `build-${from + place}`,
    digest: `sha256:${String(from + place).padStart(64, "0")}`,
    platforms: ["linux/amd64"],
    size_bytes: 1_000_000,
    updated_at_ms: Date.now(),
    pulled_at_ms: null,
  }));
  const to = from + pageSize;
  return { tags, next: to < manyTags ? String(to) : null, total: manyTags };
}
