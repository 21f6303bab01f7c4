import { fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { emptyRegistry } from "../../../ipc/fake/registryConfiguration";
import { fakeError } from "../../../ipc/fakeBackend";
import type { RegistryConfiguration } from "../../../ipc/generated";
import { accessibilityViolations } from "../../../testing/accessibility";
import { press } from "../../../testing/component";
import {
  choose,
  confirm,
  enter,
  hubRule,
  isDisabled,
  secret,
  showRegistry,
} from "../../../testing/registrySettings";
import { cacheRuleOf, cacheRuleProblems, changeableLogin, newCacheRule } from "./cacheRules";

const registry: RegistryConfiguration = { ...emptyRegistry, cache_rules: [hubRule] };
const role = "arn:aws:iam::111122223333:role/cache";
const otherEcr = "444455556666.dkr.ecr.us-east-1.amazonaws.com";

it.each([
  ["docker_hub", { secret }, {}],
  ["docker_hub", { secret: "hub" }, { secret: "begins with ecr-pullthroughcache/" }],
  ["github", { secret: secret.replace("eu-central-1", "us-east-1") }, { secret: "Region" }],
  ["gitlab", { secret: secret.replace("111122223333", "444455556666") }, { secret: "account" }],
  ["chainguard", { secret: "" }, { secret: "Enter the ARN" }],
  ["azure", { secret, host: "ours.azurecr.io" }, {}],
  ["azure", { secret, host: "https://ours.azurecr.io" }, { host: "myregistry.azurecr.io" }],
  ["quay", {}, {}],
  ["kubernetes", { prefix: "ROOT" }, {}],
  ["ecr_public", { prefix: "p" }, { prefix: "2 to 30 characters" }],
  ["ecr_public", { prefix: "Public" }, { prefix: "lowercase" }],
  ["quay", { prefix: "hub/" }, { prefix: "already exists" }],
  ["ecr", { host: otherEcr, role }, {}],
  ["ecr", { host: otherEcr }, { role: "another account" }],
  ["ecr", { host: otherEcr.replace("amazonaws.com", "amazonaws.eu"), role }, {}],
  ["ecr", { host: otherEcr.replace("amazonaws.com", "example.com"), role }, { host: "Enter" }],
  ["ecr", { host: otherEcr.replace("444455556666", "111122223333") }, {}],
  ["ecr", { host: otherEcr, role: role.replace("1111", "2222") }, { role: "this account" }],
  ["ecr", { host: otherEcr, role, upstreamPrefix: "shop" }, {}],
  ["ecr", { host: otherEcr, role, upstreamPrefix: "s" }, { upstreamPrefix: "2 to 30" }],
  [
    "ecr",
    { host: otherEcr, role, prefix: "ROOT", upstreamPrefix: "shop" },
    { upstreamPrefix: "ROOT" },
  ],
] as const)("checks a rule of %s with %j", (upstream, entered, expected) => {
  const rule = { ...newCacheRule(upstream), ...entered };
  const problems = cacheRuleProblems(rule, registry.repositories_arn, [hubRule]);
  expect(Object.keys(problems)).toEqual(Object.keys(expected));
  for (const [field, words] of Object.entries(expected)) {
    expect(problems[field as keyof typeof problems]).toContain(words);
  }
});

it.each([
  ["docker_hub", {}, "secret"],
  ["ecr", {}, "role"],
  ["quay", {}, null],
  ["quay", { secret }, "secret"],
  ["ecr_public", { role }, "role"],
  [null, { secret }, "secret"],
  [{ unknown: "jfrog" }, { role }, "role"],
  [{ unknown: "jfrog" }, {}, null],
] as const)("changes the login of a rule of %j with %j: %s", (upstream, login, expected) => {
  const rule = { ...hubRule, registry: upstream, secret: null, role: null, ...login };
  expect(changeableLogin(rule)).toBe(expected);
});

it("sends only what the upstream uses", () => {
  const entered = { ...newCacheRule("quay"), host: "x", upstreamPrefix: "y", secret, role };
  expect(cacheRuleOf(entered)).toEqual({
    prefix: "quay",
    registry: "quay",
    upstream: "quay.io",
    upstream_prefix: null,
    secret: null,
    role: null,
    created_at_ms: null,
  });
});

it("creates a rule, says what it maps, and validates it", async () => {
  const known = { ...registry };
  const { container, changes } = showRegistry(known, {
    registryConfiguration: async () => ({ ...known }),
    registryCacheRuleValidate: async (_connection, prefix) => ({
      is_valid: false,
      failure: `The credentials of ${prefix} are not valid.`,
    }),
    registryChange: async (_connection, change) => {
      changes.push(change);
      if (change.kind === "cache_rule_create") {
        known.cache_rules = [hubRule, change.rule];
      }
    },
  });
  await screen.findByTestId("cache-create");
  press("cache-create");
  expect(isDisabled(confirm())).toBe(true);
  enter("cache-secret", secret);
  expect(isDisabled(confirm())).toBe(false);
  choose("cache-registry", "ecr");
  enter("cache-host", otherEcr);
  enter("cache-prefix", "team");
  enter("cache-upstream-prefix", "shop");
  expect(isDisabled(confirm())).toBe(true);
  enter("cache-role", role);
  expect(screen.getByTestId("cache-example").textContent).toBe(
    "A pull of team/team/app fetches shop/team/app from Amazon ECR, another account or Region.",
  );
  expect(await accessibilityViolations(container)).toEqual([]);
  fireEvent.click(confirm());
  await waitFor(() =>
    expect(screen.getByTestId("registry-cache_rules").textContent).toContain(
      "The credentials of team are not valid.",
    ),
  );
  expect(screen.queryByTestId("registry-change-modal")).toBeNull();
  expect(changes).toEqual([
    {
      kind: "cache_rule_create",
      rule: {
        prefix: "team",
        registry: "ecr",
        upstream: otherEcr,
        upstream_prefix: "shop",
        secret: null,
        role,
        created_at_ms: null,
      },
    },
  ]);
});

it("keeps what was entered when ECR refuses the rule, and says why", async () => {
  showRegistry(registry, {
    registryChange: async () => {
      throw fakeError("input_invalid", "ECR refused the change: The secret was not found.");
    },
  });
  await screen.findByTestId("cache-create");
  press("cache-create");
  enter("cache-prefix", "dockerhub");
  enter("cache-secret", secret);
  fireEvent.click(confirm());
  await screen.findAllByText(/The secret was not found/);
  const prefix = screen.getByTestId("cache-prefix").querySelector("input");
  expect(prefix?.value).toBe("dockerhub");
});

it("validates rules, changes their secret, and deletes them", async () => {
  const answers = [
    async () => ({ is_valid: true, failure: null }),
    async () => ({ is_valid: false, failure: "The credentials are not valid." }),
    async () => {
      throw fakeError("access_denied", "ecr:ValidatePullThroughCacheRule is denied.");
    },
    async () => ({ is_valid: true, failure: null }),
  ];
  const { changes } = showRegistry(registry, {
    registryCacheRuleValidate: () => answers.shift()?.() ?? Promise.reject(),
  });
  await screen.findByTestId("cache-validate-hub");
  for (const text of ["Valid", "The credentials are not valid.", "is denied"]) {
    press("cache-validate-hub");
    await waitFor(() =>
      expect(screen.getByTestId("registry-cache_rules").textContent).toContain(text),
    );
  }
  // Every secret of a rule has this beginning.
  expect(screen.getByTestId("registry-cache_rules").textContent).not.toContain("ecr-pullthrough");
  press("cache-change-hub");
  expect(isDisabled(confirm())).toBe(true);
  enter("cache-secret", "hub");
  expect(isDisabled(confirm())).toBe(true);
  enter("cache-secret", `${secret}2`);
  fireEvent.click(confirm());
  await waitFor(() => expect(screen.queryByTestId("registry-change-modal")).toBeNull());
  press("cache-delete-hub");
  expect(confirm().textContent).toContain("Delete the rule hub");
  fireEvent.click(confirm());
  await waitFor(() =>
    expect(changes).toEqual([
      { kind: "cache_rule_login", before: hubRule, secret: `${secret}2`, role: null },
      { kind: "cache_rule_delete", before: hubRule },
    ]),
  );
});

it("confirms a change again after somebody else made one, against theirs", async () => {
  const theirs = { ...hubRule, secret: `${secret}7` };
  let known = registry;
  const { changes } = showRegistry(registry, {
    registryConfiguration: async () => known,
    registryChange: async (_connection, change) => {
      changes.push(change);
      if (known === registry) {
        known = { ...registry, cache_rules: [theirs] };
        throw fakeError("registry_setting_changed", "The rule hub changed after it was shown.");
      }
    },
  });
  await screen.findByTestId("cache-change-hub");
  press("cache-change-hub");
  enter("cache-secret", `${secret}2`);
  fireEvent.click(confirm());
  await screen.findAllByText(/The rule hub changed after it was shown/);
  await waitFor(() =>
    expect(screen.getByTestId("registry-cache_rules").textContent).toContain("hub-a1B2c37"),
  );
  fireEvent.click(confirm());
  await waitFor(() => expect(screen.queryByTestId("registry-change-modal")).toBeNull());
  expect(changes.map((change) => change.kind === "cache_rule_login" && change.before)).toEqual([
    hubRule,
    theirs,
  ]);
});

it("changes nothing of a rule whose upstream needs no account", async () => {
  const quay = { ...hubRule, prefix: "quay", registry: "quay" as const, secret: null };
  showRegistry({ ...registry, cache_rules: [quay] });
  expect(isDisabled(await screen.findByTestId("cache-change-quay"))).toBe(true);
});
