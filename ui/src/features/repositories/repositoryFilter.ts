/** The filter of the repository list by properties. A property that wasn't read decides nothing. */
import type { PropertyFilterProps } from "@cloudscape-design/components/property-filter";
import type {
  ListedAwsTags,
  ListedPolicy,
  Repository,
  RepositorySummary,
} from "../../ipc/generated";
import { encryptionLabel, mutabilityLabel } from "../../shared/repositorySettings";

/** The properties of a repository that a filter can name. */
export type FilterProperty =
  | "name"
  | "aws_tag"
  | "policy"
  | "mutability"
  | "scan"
  | "encryption"
  | "size"
  | "untagged"
  | "pulled"
  | "created";

/** A part of a filter, such as `Size > 10`. Without a property, it is a text of the name. */
export interface FilterToken {
  readonly propertyKey?: string;
  readonly operator: PropertyFilterProps.ComparisonOperator;
  readonly value: string;
}

export interface FilterQuery {
  readonly tokens: readonly FilterToken[];
  readonly operation: "and" | "or";
}

export const noQuery: FilterQuery = { tokens: [], operation: "and" };

/** What is known of a repository beside its description. */
export interface KnownOfRepository {
  readonly summary: RepositorySummary | undefined;
  readonly policy: ListedPolicy | undefined;
  readonly awsTags: ListedAwsTags | undefined;
}

const GB = 1e9;
const dayMs = 24 * 60 * 60 * 1000;

/** Words or a number, or `null` if it wasn't read. */
type Property = readonly string[] | number | null;

/** The number of days since a time. What never happened is longer ago than anything. */
function daysSince(timeMs: number | null, nowMs: number): number {
  return timeMs === null ? Number.POSITIVE_INFINITY : (nowMs - timeMs) / dayMs;
}

/** The words of the lifecycle policy that a filter compares. */
export function policyWords(listed: ListedPolicy | undefined): readonly string[] | null {
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

function compareWords(words: readonly string[], operator: string, value: string): boolean {
  const wanted = value.toLowerCase();
  const some = (test: (word: string) => boolean) => words.some((word) => test(word.toLowerCase()));
  switch (operator) {
    case "=":
      return some((word) => word === wanted);
    case "!=":
      return !some((word) => word === wanted);
    case "!:":
      return !some((word) => word.includes(wanted));
    default:
      return some((word) => word.includes(wanted));
  }
}

/** Returns whether a repository meets a part of a filter, or `null` if that isn't known. */
function meets(
  { propertyKey, operator, value }: FilterToken,
  repository: Repository,
  known: KnownOfRepository,
  nowMs: number,
): boolean | null {
  const key = (propertyKey ?? "name") as FilterProperty;
  const property = propertyOf(key, repository, known, nowMs);
  if (property === null) {
    return null;
  }
  if (typeof property !== "number") {
    return compareWords(property, operator, value);
  }
  const limit = Number(value.replace(",", "."));
  // Text that isn't a number limits nothing.
  if (value.trim() === "" || Number.isNaN(limit)) {
    return true;
  }
  return operator === "<" ? property < limit : property > limit;
}

/** Returns whether a repository meets a filter, or `null` if what wasn't read decides it. */
export function matchesFilter(
  query: FilterQuery,
  repository: Repository,
  known: KnownOfRepository,
  nowMs: number,
): boolean | null {
  if (query.tokens.length === 0) {
    return true;
  }
  const results = query.tokens.map((token) => meets(token, repository, known, nowMs));
  const decisive = query.operation === "or";
  if (results.includes(decisive)) {
    return decisive;
  }
  return results.includes(null) ? null : !decisive;
}

/** Whether a filter names a property. */
export function namesProperty(query: FilterQuery, key: FilterProperty): boolean {
  return query.tokens.some((token) => token.propertyKey === key);
}
