import type { ApiError, ImageNotDeleted } from "../../ipc/generated";
import type { RepositoryImageRow } from "./repositoryImageRows";

/** Images per call, the maximum of ECR. */
export const deletionBatchSize = 100;

export type DeletableImage = Pick<RepositoryImageRow, "digest" | "tags">;

export interface Deletion {
  /** Digests of deleted images. */
  readonly deleted: readonly string[];
  /** Errors by digest. */
  readonly left: ReadonlyMap<string, ApiError>;
  /** The error that ended the deletion early, or `null`. */
  readonly error: unknown;
  /** Whether the user stopped the deletion. */
  readonly stopped: boolean;
}

/**
 * Deletes images, and continues after errors of single images. Images of an index are retried after
 * the index was deleted. A stop takes effect before the next call.
 */
export async function deleteImages(
  images: readonly DeletableImage[],
  remove: (digests: readonly string[]) => Promise<readonly ImageNotDeleted[]>,
  onProgress: (deletion: Deletion) => void,
  stop?: AbortSignal,
): Promise<Deletion> {
  const deleted: string[] = [];
  const left = new Map<string, ApiError>();
  const current = (end: Partial<Deletion> = {}): Deletion => ({
    deleted: [...deleted],
    left: new Map(left),
    error: null,
    stopped: false,
    ...end,
  });
  let wanted = images;
  while (wanted.length > 0) {
    const before = deleted.length;
    for (let first = 0; first < wanted.length; first += deletionBatchSize) {
      if (stop?.aborted) {
        return current({ stopped: true });
      }
      const asked = wanted.slice(first, first + deletionBatchSize);
      let stays: readonly ImageNotDeleted[];
      try {
        stays = await remove(asked.map(({ digest }) => digest));
      } catch (error) {
        return current({ error });
      }
      // ECR may return a tag for an image that was requested by digest.
      const reasons = new Map(stays.map(({ name, error }) => [name, error]));
      for (const { digest, tags } of asked) {
        const why = [digest, ...tags].map((name) => reasons.get(name)).find((one) => one);
        if (why === undefined) {
          deleted.push(digest);
          left.delete(digest);
        } else {
          left.set(digest, why);
        }
      }
      onProgress(current());
    }
    wanted = deleted.length > before ? wanted.filter(({ digest }) => left.has(digest)) : [];
  }
  return current();
}
