/** An image of a repository, as its row knows it. */
export interface ImageTarget {
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
}
