import type { ImageNotDeleted } from "../../ipc/generated";
import type { ImageRow } from "./imageRows";

/** Images named in one call, as many as ECR takes at once: what went before a failure is known. */
export const deletedTogether = 100;

/** An image that is to be deleted. */
export type DeletableImage = Pick<ImageRow, "digest" | "tags">;

/** What became of images that were to be deleted. */
export interface Deletion {
  /** Digests of those that are gone. */
  readonly deleted: readonly string[];
  /** Why ECR left the others, in its words, by digest. */
  readonly left: ReadonlyMap<string, string>;
  /** Why the rest was not asked for any more; nothing where all were. */
  readonly error: unknown;
}

/**
 * Deletes images, and goes on where ECR leaves single ones. An image below an index goes only after
 * its index: what is left is tried again as long as something went. Nothing is forced.
 */
export async function deleteImages(
  images: readonly DeletableImage[],
  remove: (digests: readonly string[]) => Promise<readonly ImageNotDeleted[]>,
  onProgress: (deletion: Deletion) => void,
): Promise<Deletion> {
  const deleted: string[] = [];
  const left = new Map<string, string>();
  const soFar = (error: unknown): Deletion => ({
    deleted: [...deleted],
    left: new Map(left),
    error,
  });
  let wanted = images;
  while (wanted.length > 0) {
    const before = deleted.length;
    for (let first = 0; first < wanted.length; first += deletedTogether) {
      const asked = wanted.slice(first, first + deletedTogether);
      let stays: readonly ImageNotDeleted[];
      try {
        stays = await remove(asked.map(({ digest }) => digest));
      } catch (error) {
        return soFar(error);
      }
      // ECR may name by a tag what it was asked for by digest.
      const reasons = new Map(stays.map(({ name, reason }) => [name, reason]));
      for (const { digest, tags } of asked) {
        const name = [digest, ...tags].find((one) => reasons.has(one));
        if (name === undefined) {
          deleted.push(digest);
          left.delete(digest);
        } else {
          left.set(digest, reasons.get(name) ?? "");
        }
      }
      onProgress(soFar(null));
    }
    wanted = deleted.length > before ? wanted.filter(({ digest }) => left.has(digest)) : [];
  }
  return soFar(null);
}
