/** An image of a repository, as its row knows it. */
export interface ImageTarget {
  readonly repository: string;
  /** The URI of the repository. */
  readonly uri: string;
  readonly digest: string;
  readonly tags: readonly string[];
  /** The other tags of the repository, to compare with. */
  readonly otherTags: readonly string[];
}
