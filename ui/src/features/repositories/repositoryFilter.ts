/** The filter of the repository list by properties. A property that wasn't read decides nothing. */
import type {
  ListedAwsTags,
  ListedPolicy,
  Repository,
  RepositorySummary,
} from "../../ipc/generated";
import { encryptionLabel, mutabilityLabel } from "../../shared/repositorySettings";
import { daysSince, type FilterQuery, matchesQuery, type Property } from "./propertyQuery";
import { imageKindLabels } from "./repositoryImageRows";

/** The properties of a repository that a filter can name. */
export type FilterProperty =
  | "name"
  | "aws_tag"
  | "policy"
  | "kind"
  | "mutability"
  | "scan"
  | "encryption"
  | "size"
  | "untagged"
  | "pulled"
  | "created";

/** What is known of a repository beside its description. */
export interface KnownOfRepository {
  readonly summary: RepositorySummary | undefined;
  readonly policy: ListedPolicy | undefined;
  readonly awsTags: ListedAwsTags | undefined;
}

const GB = 1e9;

/** The words of the lifecycle policy that a filter compares. */
function policyWords(listed: ListedPolicy | undefined): readonly string[] | null {
  switch (listed?.state.kind) {
    case "none":
      return ["None"];
    case "set":
      return listed.state.last_evaluated_at_ms === null ? ["Set", "Never ran"] : ["Set"];
    default:
      return null;
  }
}

function propertyOf(
  key: FilterProperty,
  { name, settings, created_at_ms }: Repository,
  { summary, policy, awsTags }: KnownOfRepository,
  nowMs: number,
): Property {
  switch (key) {
    case "name":
      return [name];
    case "aws_tag":
      return awsTags?.tags == null
        ? null
        : Object.entries(awsTags.tags).map(([tag, value]) => `${tag}=${value}`);
    case "policy":
      return policyWords(policy);
    case "kind":
      return summary === undefined
        ? null
        : {
            known: summary.kinds.known.map((kind) => imageKindLabels[kind]),
            possible: summary.kinds.possible.map((kind) => imageKindLabels[kind]),
          };
    case "mutability":
      return [mutabilityLabel(settings.tag_mutability)];
    case "scan":
      return [settings.scan_on_push ? "On" : "Off"];
    case "encryption":
      return [encryptionLabel(settings.encryption)];
    case "size":
      return summary === undefined ? null : summary.size.bytes / GB;
    case "untagged":
      return summary === undefined ? null : summary.untagged;
    case "pulled":
      return summary === undefined ? null : daysSince(summary.pulled_at_ms, nowMs);
    case "created":
      return daysSince(created_at_ms, nowMs);
  }
}

/** Returns whether a repository meets a filter, or `null` if what wasn't read decides it. Text without a property is one of the name. */
export function matchesFilter(
  query: FilterQuery,
  repository: Repository,
  known: KnownOfRepository,
  nowMs: number,
): boolean | null {
  return matchesQuery(query, (key) =>
    propertyOf((key ?? "name") as FilterProperty, repository, known, nowMs),
  );
}

/** Whether a filter names a property. */
export function namesProperty(query: FilterQuery, key: FilterProperty): boolean {
  return query.tokens.some((token) => token.propertyKey === key);
}
