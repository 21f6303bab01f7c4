/**
 * How much ECR accepts in the settings of a registry. Sources: Amazon ECR user guide, “Amazon ECR service quotas” (rules,
 * filters and destinations of replication, pull through cache rules; none of them can be raised); Amazon ECR API reference
 * (`RegistryScanningConfiguration`, `SigningConfiguration`, `ListPullTimeUpdateExclusions`).
 */
import type { ReplicationRule, ScanningRule, SigningRule } from "../../../ipc/generated";
import { formatCount, formatCounted } from "../../../shared/format";

/** The quota in the user guide is 10, the API accepts 25. */
const maxReplicationRules = 25;
const documentedReplicationRules = 10;
const maxDestinations = 25;
const maxSigningRules = 10;
const maxFilters = 100;
const maxExclusions = 100;
const maxCacheRules = 50;

/** Why there are too many filters in one of the rules, or `null`. */
function filterProblem(
  rules: readonly { readonly filters: readonly unknown[] }[],
  what: string,
): string | null {
  const most = Math.max(0, ...rules.map(({ filters }) => filters.length));
  return most <= maxFilters
    ? null
    : `A rule can have up to ${maxFilters} ${what}. This one has ${formatCount(most)}.`;
}

export function scanningLimitProblem(rules: readonly ScanningRule[]): string | null {
  return filterProblem(rules, "patterns");
}

export function replicationLimitProblem(rules: readonly ReplicationRule[]): string | null {
  if (rules.length > maxReplicationRules) {
    return `ECR accepts up to ${maxReplicationRules} rules. Destinations with the same prefixes are one rule, and these are ${formatCount(rules.length)} rules.`;
  }
  const destinations = new Set(
    rules.flatMap((rule) => rule.destinations.map(({ region, account }) => `${region} ${account}`)),
  );
  if (destinations.size > maxDestinations) {
    return `ECR accepts up to ${maxDestinations} different destinations in all rules. These are ${formatCount(destinations.size)}.`;
  }
  return filterProblem(
    rules.map(({ prefixes }) => ({ filters: prefixes })),
    "prefixes",
  );
}

/** What ECR may refuse, although its API accepts it, or `null`. */
export function replicationLimitNote(rules: readonly ReplicationRule[]): string | null {
  return rules.length <= documentedReplicationRules || rules.length > maxReplicationRules
    ? null
    : `AWS documents a quota of ${documentedReplicationRules} rules. ECR may refuse these ${formatCount(rules.length)}.`;
}

export function signingLimitProblem(rules: readonly SigningRule[]): string | null {
  return rules.length > maxSigningRules
    ? `ECR accepts up to ${maxSigningRules} signing rules. These are ${formatCount(rules.length)}.`
    : filterProblem(rules, "patterns");
}

/** Why one more exclusion isn’t possible, or `null`. */
export function exclusionLimitProblem(existing: number): string | null {
  return existing < maxExclusions
    ? null
    : `ECR accepts up to ${formatCounted(maxExclusions, "exclusion", "exclusions")}. Remove one first.`;
}

/** Why one more pull through cache rule isn’t possible, or `undefined`. */
export function cacheRuleLimitProblem(existing: number): string | undefined {
  return existing < maxCacheRules
    ? undefined
    : `ECR accepts up to ${maxCacheRules} pull through cache rules. Delete one first.`;
}
