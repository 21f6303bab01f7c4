import { expect, it } from "vitest";
import type { Repository, RepositorySummary } from "../../ipc/generated";
import { defaultRepositorySettings } from "../../shared/repositorySettings";
import type { FilterToken } from "./propertyQuery";
import { type KnownOfRepository, matchesFilter } from "./repositoryFilter";

const dayMs = 24 * 60 * 60 * 1000;
const nowMs = 100 * dayMs;

const repository: Repository = {
  name: "shop/api",
  uri: "registry/shop/api",
  arn: "arn",
  created_at_ms: nowMs - 30 * dayMs,
  settings: { ...defaultRepositorySettings, scan_on_push: true },
};
const summary: RepositorySummary = {
  name: "shop/api",
  images: { count: 3, is_exact: true },
  parts: 0,
  untagged: 7,
  archived: 0,
  size: { bytes: 12.5e9, is_exact: true },
  kinds: { known: ["index", "helm_chart"], possible: ["sbom", "provenance"] },
  pushed_at_ms: null,
  pulled_at_ms: nowMs - 10 * dayMs,
};
const known: KnownOfRepository = {
  summary,
  policy: {
    name: "shop/api",
    state: { kind: "set", rules: 1, last_evaluated_at_ms: null, affected: null },
  },
  awsTags: { name: "shop/api", tags: { team: "Shop", env: "prod" }, error: null },
};
const unknown: KnownOfRepository = { summary: undefined, policy: undefined, awsTags: undefined };
const neverPulled = { ...known, summary: { ...summary, pulled_at_ms: null } };

const token = (
  propertyKey: string | undefined,
  operator: FilterToken["operator"],
  value: string,
): FilterToken => ({
  ...(propertyKey === undefined ? {} : { propertyKey }),
  operator,
  value,
});

it.each<[FilterToken, KnownOfRepository, boolean | null]>([
  [token(undefined, ":", "API"), unknown, true],
  [token(undefined, "!:", "api"), unknown, false],
  [token("name", "=", "shop"), unknown, false],
  [token("name", ":", "shop"), unknown, true],
  [token("mutability", "=", "Mutable"), unknown, true],
  [token("mutability", "!=", "Mutable"), unknown, false],
  [token("scan", "=", "Off"), unknown, false],
  [token("encryption", "=", "AES-256"), unknown, true],
  [token("aws_tag", "=", "team=shop"), known, true],
  [token("aws_tag", ":", "env="), known, true],
  [token("aws_tag", "!:", "team="), known, false],
  [token("aws_tag", ":", "env="), unknown, null],
  [token("policy", "=", "Set"), known, true],
  [token("policy", "=", "Never ran"), known, true],
  [token("policy", "!=", "None"), known, true],
  [token("policy", "=", "None"), unknown, null],
  [token("kind", "=", "Helm chart"), known, true],
  [token("kind", "!=", "Helm chart"), known, false],
  [token("kind", "=", "Signature"), known, false],
  [token("kind", "!=", "Signature"), known, true],
  // Its attestations weren't read, and may be SBOMs.
  [token("kind", "=", "SBOM"), known, null],
  [token("kind", "!=", "SBOM"), known, null],
  [token("kind", "=", "Helm chart"), unknown, null],
  [token("size", ">", "12"), known, true],
  [token("size", ">", "12,5"), known, false],
  [token("size", "<", "12.6"), known, true],
  [token("size", ">", "large"), known, true],
  [token("size", ">", "1"), unknown, null],
  [token("untagged", ">", "6"), known, true],
  // As in "1,200 images".
  [token("untagged", ">", "1,200"), known, false],
  [token("untagged", "<", "1,000,000"), known, true],
  [token("pulled", ">", "9"), known, true],
  [token("pulled", ">", "11"), known, false],
  // Never pulled: longer ago than anything.
  [token("pulled", ">", "1000"), neverPulled, true],
  [token("pulled", "<", "1000"), neverPulled, false],
  [token("created", "<", "31"), unknown, true],
])("%j decides about a repository", (one, of, expected) => {
  const query = { tokens: [one], operation: "and" } as const;
  expect(matchesFilter(query, repository, of, nowMs)).toBe(expected);
});

it.each([
  [true, true, true, true],
  [true, false, false, true],
  [false, false, false, false],
  [true, null, null, true],
  [false, null, false, null],
  [null, null, null, null],
])("joins %j and %j: and %j, or %j", (one, other, and, or) => {
  const tokens = [one, other].map((result) =>
    result === null ? token("size", ">", "1") : token("scan", "=", result ? "On" : "Off"),
  );
  const matches = (operation: "and" | "or") =>
    matchesFilter({ tokens, operation }, repository, unknown, nowMs);
  expect([matches("and"), matches("or")]).toEqual([and, or]);
  expect(matchesFilter({ tokens: [], operation: "and" }, repository, unknown, nowMs)).toBe(true);
});
