import type { ApiError, ImageNotDeleted } from "../../ipc/generated";
import type { ImageRow } from "./imageRows";

/** Images named in one call, as many as ECR takes at once: what went before a failure is known. */
export const deletedTogether = 100;

/** An image that is to be deleted. */
export type DeletableImage = Pick<ImageRow, "digest" | "tags">;

/** What became of images that were to be deleted. */
export interface Deletion {
  /** Digests of those that are gone. */
  readonly deleted: readonly string[];
  /** Why ECR left the others, by digest. */
  readonly left: ReadonlyMap<string, ApiError>;
  /** Why the rest was not asked for any more; nothing where all were, or a person stopped it. */
  readonly error: unknown;
  /** Whether a person stopped it before everything was asked for. */
  readonly stopped: boolean;
}

/**
 * Deletes images, and goes on where ECR leaves single ones. An image below an index goes only after
 * its index: what is left is tried again as long as something went. Nothing is forced. A stop takes
 * hold before the next call: the one that is under way cannot be taken back.
 */
export async function deleteImages(
  images: readonly DeletableImage[],
  remove: (digests: readonly string[]) => Promise<readonly ImageNotDeleted[]>,
  onProgress: (deletion: Deletion) => void,
  stop?: AbortSignal,
): Promise<Deletion> {
  const deleted: string[] = [];
  const left = new Map<string, ApiError>();
  const soFar = (end: Partial<Deletion> = {}): Deletion => ({
    deleted: [...deleted],
    left: new Map(left),
    error: null,
    stopped: false,
    ...end,
  });
  let wanted = images;
  while (wanted.length > 0) {
    const before = deleted.length;
    for (let first = 0; first < wanted.length; first += deletedTogether) {
      if (stop?.aborted) {
        return soFar({ stopped: true });
      }
      const asked = wanted.slice(first, first + deletedTogether);
      let stays: readonly ImageNotDeleted[];
      try {
        stays = await remove(asked.map(({ digest }) => digest));
      } catch (error) {
        return soFar({ error });
      }
      // ECR may name by a tag what it was asked for by digest.
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
      onProgress(soFar());
    }
    wanted = deleted.length > before ? wanted.filter(({ digest }) => left.has(digest)) : [];
  }
  return soFar();
}
