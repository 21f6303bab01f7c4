import type { ImageSource, SourceRepositories, SourceTags } from "../generated";
import { listed, practiceTags } from "./data";
import type { FakeHub } from "./practice";

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
  const few = listed(practiceTags);
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

export function fakeTags(
  known: FakeHub["tags"],
  repository: string,
  next: string | null,
): SourceTags {
  if (repository !== "warehouse/builds") {
    const tags = [...(known[repository] ?? [])];
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
