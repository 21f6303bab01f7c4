/** Rows of images as the backend answers them, for tests and the fake backend. */
import type {
  ImageRow,
  LifecycleWhatIf,
  RepositoryImage,
  RepositoryLifecycle,
  RepositoryRows,
} from "../generated";

/** A repository without a lifecycle policy. */
export const noLifecycle: RepositoryLifecycle = {
  policy: null,
  last_evaluated_at_ms: null,
  uses_pull_times: false,
  error: null,
};

/** A lifecycle policy that removes nothing. */
export const noEffects: LifecycleWhatIf = {
  problem: null,
  rules: [],
  affected: [],
  kept: 0,
  freed: { at_least: 0, at_most: 0, may_be_shared: false },
  is_estimate: false,
};

/** A row of an image without parts. */
export function singleRow(image: RepositoryImage, part: Partial<ImageRow> = {}): ImageRow {
  return {
    digest: image.digest,
    kind: image.kind,
    parts: [],
    platforms: [],
    signatures: 0,
    sboms: 0,
    provenances: 0,
    attestations: 0,
    referrers: 0,
    size: { bytes: image.size_bytes ?? 0, is_exact: true },
    only_here_bytes: null,
    also_in: [],
    probably_in: null,
    is_orphan: false,
    is_unread: false,
    ...part,
  };
}

/** One row for each image. */
export function singleRows(images: readonly RepositoryImage[]): RepositoryRows {
  const bytes = images.reduce((sum, image) => sum + (image.size_bytes ?? 0), 0);
  return {
    rows: images.map((image) => singleRow(image)),
    images: { count: images.length, is_exact: true },
    parts: 0,
    size: { bytes, is_exact: true },
    unread_indexes: [],
    unread_manifests: [],
  };
}
