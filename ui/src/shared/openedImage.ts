/** An image that a page asks the window to open. */
import type { ReactNode } from "react";

/** Something that refers to an image, with its page. */
export interface ReferencingImage {
  readonly name: string;
  readonly open: () => void;
}

/** An image that the user opened from its row. */
export interface OpenedImage {
  readonly repository: string;
  /** The URI of the repository. */
  readonly uri: string;
  readonly digest: string;
  readonly tags: readonly string[];
  readonly pushedAtMs: number | null;
  /** The last pull by someone else than Transload. */
  readonly pulledAtMs: number | null;
  /** When Transload read it, if ECR reports that as the last pull. */
  readonly ownReadAtMs: number | null;
  /** The other tags of the repository, to compare with. */
  readonly otherTags: readonly string[];
  /** The indexes that list it, and what refers to it. `null` if that isn’t known. */
  readonly referencedBy: readonly ReferencingImage[] | null;
  /** The tag or digest of the repository that it is opened to be compared with. */
  readonly compareWith?: string;
}

/** Shows the page of an image. The window provides it, because it is another feature. */
export type ShowImage = (image: OpenedImage, onClose: () => void) => ReactNode;
