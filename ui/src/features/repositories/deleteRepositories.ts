/**
 * Deletes repositories with their images: first reads what they contain, then deletes the images,
 * then the empty repository. Used by `DeleteRepositoriesModal`.
 */
import type { Backend } from "../../ipc";
import type { AwsConnection, RepositoryDetails } from "../../ipc/generated";
import { deleteImages } from "./deleteImages";

/** Reads the details of this many repositories at a time. */
const maxConcurrentReads = 4;

/** What a repository contains, or why it couldn't be read. */
export type RepositoryContent =
  | { readonly kind: "read"; readonly name: string; readonly details: RepositoryDetails }
  | { readonly kind: "failed"; readonly name: string; readonly error: unknown };

/** Reads what would be deleted. Makes no changes. */
export async function readContents(
  backend: Pick<Backend, "repositoryDetails">,
  connection: AwsConnection,
  names: readonly string[],
): Promise<RepositoryContent[]> {
  const contents: RepositoryContent[] = [];
  const waiting = names.entries();
  const reader = async () => {
    for (const [index, name] of waiting) {
      try {
        const details = await backend.repositoryDetails(connection, name);
        contents[index] = { kind: "read", name, details };
      } catch (error) {
        contents[index] = { kind: "failed", name, error };
      }
    }
  };
  await Promise.all(Array.from({ length: maxConcurrentReads }, reader));
  return contents;
}

export type RepositoryResult =
  | { readonly kind: "deleted" }
  | { readonly kind: "kept"; readonly error: unknown };

/**
 * Deletes the repositories in order, and continues after an error. Only images that were read are
 * deleted: ECR keeps a repository to which an image was pushed meanwhile. A stop takes effect before
 * the next call.
 */
export async function deleteRepositories(
  backend: Pick<Backend, "repositoryImagesDelete" | "repositoryDelete">,
  connection: AwsConnection,
  contents: readonly RepositoryContent[],
  onProgress: (results: ReadonlyMap<string, RepositoryResult>) => void,
  stop: AbortSignal,
): Promise<ReadonlyMap<string, RepositoryResult>> {
  const results = new Map<string, RepositoryResult>();
  for (const content of contents) {
    if (stop.aborted) {
      break;
    }
    if (content.kind === "read") {
      results.set(content.name, await deleteOne(backend, connection, content, stop));
      onProgress(new Map(results));
    }
  }
  return results;
}

async function deleteOne(
  backend: Pick<Backend, "repositoryImagesDelete" | "repositoryDelete">,
  connection: AwsConnection,
  { name, details }: Extract<RepositoryContent, { kind: "read" }>,
  stop: AbortSignal,
): Promise<RepositoryResult> {
  const { error, left, stopped } = await deleteImages(
    details.images,
    (digests) =>
      backend.repositoryImagesDelete(
        connection,
        name,
        digests.map((digest) => ({ kind: "image", digest })),
      ),
    () => {},
    stop,
  );
  const [first] = left.values();
  const why = error ?? first ?? null;
  if (why !== null || stopped) {
    return { kind: "kept", error: why };
  }
  try {
    await backend.repositoryDelete(connection, name);
    return { kind: "deleted" };
  } catch (failure) {
    return { kind: "kept", error: failure };
  }
}
