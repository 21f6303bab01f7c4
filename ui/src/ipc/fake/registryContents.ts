/** Answers of the fake backend for Find, Storage and Activity. */
import type { Backend } from "../backend";
import type { RepositoryContents, RepositoryImage, RepositoryStorage } from "../generated";
import { fakeRegistry } from "./fixtures";
import { singleRows } from "./repositoryRows";

/** What a repository without parts and pulls stores. */
export function fakeStorage(images: readonly RepositoryImage[]): RepositoryStorage {
  const { size } = singleRows(images);
  return {
    images: { count: images.length, is_exact: true },
    parts: 0,
    standard: size,
    archived: { bytes: 0, is_exact: true },
    reported_bytes: size.bytes,
    months: [],
    never_pulled: images.length,
    pushed_at_ms: null,
    pulled_at_ms: null,
    shared_with_others_bytes: null,
  };
}

/** Fake calls of the pages about all repositories. */
export function fakeRegistryContentsMethods(ecr: Map<string, RepositoryImage[]>) {
  const listed = new Map<string, number>();
  const contents = () => ({
    unread: [],
    repositories: [...ecr].map(([name, images]): RepositoryContents => {
      const listed_at_ms = listed.get(name) ?? null;
      return { name, listed_at_ms, storage: listed_at_ms === null ? null : fakeStorage(images) };
    }),
  });
  return {
    registryContents: async () => contents(),
    registryContentsRead: async (_connection, _since, _attempt, onProgress) => {
      for (const name of ecr.keys()) {
        listed.set(name, Date.now());
        onProgress({ repositories: ecr.size, repositories_read: listed.size, images: 1 });
      }
      return contents();
    },
    registryContentsReadStop: async () => {},
    repositoryStorage: async (_connection, name) => fakeStorage(ecr.get(name) ?? []),
    imagesFind: async (connection, text) => ({
      has_more: false,
      images: [...ecr]
        .filter(([repository]) => listed.has(repository))
        .flatMap(([repository, images]) =>
          images
            .filter(
              ({ digest, tags }) => digest.includes(text) || tags.some((tag) => tag.includes(text)),
            )
            .map((image) => ({
              repository,
              uri: `${fakeRegistry(connection.kind === "practice")}/${repository}`,
              digest: image.digest,
              tags: image.tags,
              size_bytes: image.size_bytes,
              pushed_at_ms: image.pushed_at_ms,
              pulled_at_ms: image.pulled_at_ms,
              is_archived: image.status === "archived",
              listed_at_ms: listed.get(repository) ?? 0,
            })),
        ),
    }),
    imagesFindStop: async () => {},
  } satisfies Partial<Backend>;
}
