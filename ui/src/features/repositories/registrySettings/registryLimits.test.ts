import { expect, it } from "vitest";
import type { ReplicationRule } from "../../../ipc/generated";
import { cacheRuleProblems, newCacheRule } from "./cacheRules";
import {
  cacheRuleLimitProblem,
  exclusionLimitProblem,
  replicationLimitNote,
  replicationLimitProblem,
  scanningLimitProblem,
  signingLimitProblem,
} from "./registryLimits";
import { replicationRules, scanningOf, signingProblem } from "./registryWords";

const names = (count: number) => Array.from({ length: count }, (_, at) => `team${at}`);
const signing = (rules: number, filters: number) =>
  names(rules).map((profile) => ({ profile, filters: names(filters) }));

/** Rules with destinations in so many accounts. */
function replication(rules: number, destinations: number, prefixes: number): ReplicationRule[] {
  const account = (at: number) => String(100_000_000_000 + at);
  return names(rules).map((_, rule) => ({
    destinations: names(Math.ceil(destinations / rules)).map((_one, at) => ({
      region: "us-east-1",
      account: account((rule * Math.ceil(destinations / rules) + at) % destinations),
    })),
    prefixes: names(prefixes),
  }));
}

it.each([
  ["25 replication rules", replicationLimitProblem(replication(25, 25, 100)), null],
  ["26 replication rules", replicationLimitProblem(replication(26, 1, 1)), "up to 25 rules"],
  ["25 destinations", replicationLimitProblem(replication(1, 25, 0)), null],
  ["26 destinations", replicationLimitProblem(replication(1, 26, 0)), "up to 25 different dest"],
  ["one destination in each rule", replicationLimitProblem(replication(25, 1, 0)), null],
  ["101 prefixes", replicationLimitProblem(replication(1, 1, 101)), "up to 100 prefixes"],
  ["a note of 10 rules", replicationLimitNote(replication(10, 1, 0)), null],
  ["a note of 11 rules", replicationLimitNote(replication(11, 1, 0)), "a quota of 10 rules"],
  ["no note of 26 rules", replicationLimitNote(replication(26, 1, 0)), null],
  ["10 signing rules", signingLimitProblem(signing(10, 100)), null],
  ["11 signing rules", signingLimitProblem(signing(11, 1)), "up to 10 signing rules"],
  ["101 signing patterns", signingLimitProblem(signing(1, 101)), "up to 100 patterns"],
  [
    "100 scanning patterns",
    scanningLimitProblem([{ frequency: "on_push", filters: names(100) }]),
    null,
  ],
  [
    "101 scanning patterns",
    scanningOf(false, { on_push: names(101).join(" "), manual: "", continuous: "" }).problem,
    "up to 100 patterns",
  ],
  ["the 100th exclusion", exclusionLimitProblem(99), null],
  ["the 101st exclusion", exclusionLimitProblem(100), "up to 100 exclusions"],
  ["the 50th cache rule", cacheRuleLimitProblem(49), undefined],
  ["the 51st cache rule", cacheRuleLimitProblem(50), "up to 50 pull through cache rules"],
])("checks %s before ECR does", (_, problem, expected) => {
  if (typeof expected === "string") {
    expect(problem).toContain(expected);
  } else {
    expect(problem).toBe(expected);
  }
});

it("keeps the destinations of equal prefixes in one rule, which counts once", () => {
  const entry = (at: number) => ({
    region: "us-east-1",
    account: String(100_000_000_000 + at),
    prefixes: "prod",
  });
  const rules = replicationRules(names(25).map((_, at) => entry(at)));
  expect(rules).toHaveLength(1);
  expect(replicationLimitProblem(rules)).toBeNull();
});

const profile = "arn:aws:signer:eu-west-1:111122223333:/signing-profiles/ecr";

it.each([
  [profile, "", null],
  [profile, "prod/* team-*", null],
  [profile, "*", null],
  ["arn:aws:signer:eu-west-1:1:/x", "", "Enter the ARN of a signing profile."],
  [`${profile}${"a".repeat(200)}`, "", "Enter the ARN of a signing profile."],
  [profile, "Prod", "“Prod” isn’t a pattern of repository names."],
  [profile, "prod//app", "“prod//app” isn’t a pattern of repository names."],
  [profile, "a".repeat(257), "isn’t a pattern of repository names."],
])("checks the profile %s with the patterns “%s”", (arn, filters, expected) => {
  const problem = signingProblem({ profile: arn, filters });
  if (expected === null) {
    expect(problem).toBeNull();
  } else {
    expect(problem).toContain(expected);
  }
});

it("refuses one more pull through cache rule than ECR accepts", () => {
  const rules = names(50).map((prefix) => ({
    prefix,
    registry: "quay" as const,
    upstream: "quay.io",
    upstream_prefix: null,
    secret: null,
    role: null,
    created_at_ms: null,
  }));
  const arn = "arn:aws:ecr:eu-west-1:111122223333:repository/*";
  expect(cacheRuleProblems(newCacheRule("quay"), arn, rules).prefix).toContain("up to 50");
  expect(cacheRuleProblems(newCacheRule("quay"), arn, rules.slice(1))).toEqual({});
});
