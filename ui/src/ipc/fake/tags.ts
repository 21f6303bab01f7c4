import type { Backend } from "../backend";
import type { RepositoryImage, TagMutabilitySetting } from "../generated";
import { fakeError } from "./error";

/** Fake tags: every tag can be moved. `mutability` receives what is set. */
export function fakeTagMethods(
  ecr: Map<string, RepositoryImage[]>,
  mutability: Map<string, TagMutabilitySetting>,
) {
  const holder = (name: string, tag: string) =>
    (ecr.get(name) ?? []).find((image) => image.tags.includes(tag));
  const point = (name: string, tag: string, digest: string | null) =>
    ecr.set(
      name,
      (ecr.get(name) ?? []).map((image) => {
        const others = image.tags.filter((one) => one !== tag);
        return { ...image, tags: image.digest === digest ? [...others, tag] : others };
      }),
    );
  return {
    imageTagCheck: async (_connection, name, digest, tag) => {
      const from = holder(name, tag);
      if (!/^\w[\w.-]{0,127}$/.test(tag)) {
        return { kind: "invalid" };
      }
      if (from === undefined) {
        return { kind: "added" };
      }
      return from.digest === digest
        ? { kind: "unchanged" }
        : {
            kind: "moved",
            from: from.digest,
            other_tags: from.tags.filter((one) => one !== tag),
            pushed_at_ms: from.pushed_at_ms,
          };
    },
    imageTagAdd: async (_connection, name, digest, tag, movesFrom) => {
      const from = holder(name, tag)?.digest ?? null;
      if (from !== movesFrom) {
        throw fakeError("tag_moved", `The tag ${tag} points to another image now.`, tag);
      }
      const untagged = (ecr.get(name) ?? []).some(
        (image) => image.digest === digest && image.tags.length === 0,
      );
      point(name, tag, digest);
      return {
        undo:
          from !== null ? { kind: "move_back", to: from } : untagged ? null : { kind: "remove" },
      };
    },
    imageTagUndo: async (_connection, name, _digest, tag, undo) => {
      point(name, tag, undo.kind === "move_back" ? undo.to : null);
    },
    repositoryMutabilityCheck: async (_connection, name, { tag_mutability }) => {
      const tags = (ecr.get(name) ?? []).flatMap((image) => image.tags);
      const isImmutable = tag_mutability.startsWith("immutable");
      return {
        refused_tags: isImmutable ? tags.filter((tag) => tag === "latest") : [],
        immutable_tags: isImmutable ? tags.length : 0,
        mutable_tags: isImmutable ? 0 : tags.length,
      };
    },
    repositoryMutabilitySet: async (_connection, name, setting) => {
      mutability.set(name, setting);
    },
    repositoriesAwsTags: async (_connection, names) =>
      names.map((name) => ({ name, tags: { team: name.split("/")[0] ?? "" }, error: null })),
    repositoriesPolicies: async (_connection, names) =>
      names.map((name) => ({ name, state: { kind: "none" } })),
  } satisfies Partial<Backend>;
}
