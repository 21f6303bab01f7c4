import type { Backend } from "../backend";

/** Fake deletions, which change the fake ECR. */
export function fakeDeletions(
  holdings: Map<string, string>,
  repositories: Set<string>,
): Pick<Backend, "repositoryImagesDelete" | "repositoryDelete"> {
  return {
    repositoryImagesDelete: async (_connection, name, images) => {
      const digests = new Set(images.flatMap((one) => (one.kind === "image" ? [one.digest] : [])));
      const tags = new Set(images.flatMap((one) => (one.kind === "tag" ? [one.tag] : [])));
      for (const [held, digest] of [...holdings]) {
        const tag = held.slice(name.length + 1);
        if (held.startsWith(`${name}:`) && (digests.has(digest) || tags.has(tag))) {
          holdings.delete(held);
        }
      }
      return [];
    },
    repositoryDelete: async (_connection, name) => {
      repositories.delete(name);
    },
  };
}
