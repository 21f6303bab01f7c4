/** The result of selecting by rules. */
import type { ChooseProgress, ChosenTags, TagExclusion } from "../../../ipc/generated";
import { formatBytes, formatCount, formatCounted } from "../../../shared/format";

export interface RuleResult {
  readonly chosen: ChosenTags | null;
  /** Whether the images were selected, or only counted. */
  readonly applied: boolean;
  readonly loading: boolean;
  readonly progress: ChooseProgress | null;
  readonly error: unknown;
}

export const noResult: RuleResult = {
  chosen: null,
  applied: false,
  loading: false,
  progress: null,
  error: null,
};

const reasons: Record<TagExclusion, string> = {
  not_included: "not included",
  excluded: "excluded",
  pushed_before: "not pushed recently",
  pulled_before: "not pulled recently",
  time_unknown: "undated",
  older: "older",
};

/** What the rules select: `1,505 images selected, 78 MB.` */
export function resultText(chosen: ChosenTags, applied: boolean): string {
  const unknown =
    chosen.sizes_unknown === 0 ? "" : ` and ${formatCount(chosen.sizes_unknown)} of unknown size`;
  const images = formatCounted(chosen.images.length, "image", "images");
  const selected = applied ? "selected" : chosen.images.length === 1 ? "matches" : "match";
  return `${images} ${selected}, ${formatBytes(chosen.size_bytes)}${unknown}.`;
}

/** Why the other tags aren't selected, or `null`: `3 excluded, 14,495 older tags skipped.` */
export function exclusionsText({ excluded }: ChosenTags): string | null {
  const parts = excluded.map(({ reason, tags }) => `${formatCount(tags)} ${reasons[reason]}`);
  const tags = excluded.at(-1)?.tags === 1 ? "tag" : "tags";
  return parts.length === 0 ? null : `${parts.join(", ")} ${tags} skipped.`;
}

export function progressText({ repositories, repositories_read, tags }: ChooseProgress): string {
  const found = formatCounted(repositories, "repository", "repositories");
  return repositories_read === 0
    ? `${found} found`
    : `${formatCount(repositories_read)} of ${found} read, ${formatCounted(tags, "tag", "tags")}`;
}
