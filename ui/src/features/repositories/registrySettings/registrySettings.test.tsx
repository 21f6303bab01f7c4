import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { fakeStatement } from "../../../ipc/fake/access";
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
  showRegistry as show,
  teamTemplate,
} from "../../../testing/registrySettings";
import { withLastRead } from "./lastRead";
import {
  replicationEntries,
  replicationProblem,
  replicationRules,
  replicationWords,
  scanningOf,
  scanningWords,
  scanPatterns,
  scanVersionText,
} from "./registryWords";

const role = "arn:aws:iam::111122223333:role/ci";

const configured: RegistryConfiguration = {
  ...emptyRegistry,
  scanning: { scan_type: "enhanced", rules: [{ frequency: "continuous", filters: ["prod*"] }] },
  replication: [
    { destinations: [{ region: "us-east-1", account: "111122223333" }], prefixes: ["prod"] },
  ],
  cache_rules: [hubRule],
  templates: [teamTemplate],
  principal: role,
};

it("shows values of a later ECR as ECR wrote them, and forms that would lose them stay closed", async () => {
  show({
    ...configured,
    scanning: {
      scan_type: { unknown: "QUANTUM" },
      rules: [{ frequency: { unknown: "ON_FULL_MOON" }, filters: [{ unknown: "REGEX ^v" }] }],
    },
    templates: (configured.templates ?? []).map((template) => ({
      ...template,
      applied_for: ["replication", { unknown: "IMPORT" }],
    })),
    blob_mounting: { unknown: "PARTLY" },
  });
  const scanning = await screen.findByTestId("registry-scanning");
  for (const word of ["QUANTUM", "ON_FULL_MOON", "REGEX ^v"]) {
    expect(scanning.textContent).toContain(word);
  }
  expect(screen.getByTestId("registry-templates").textContent).toContain("Replication, IMPORT");
  expect(screen.getByTestId("registry-account_settings").textContent).toContain("PARTLY");
  for (const id of ["registry-edit-scanning", "template-edit-team", "registry-edit-mounting"]) {
    expect(isDisabled(screen.getByTestId(id)), id).toBe(true);
  }
  expect(isDisabled(screen.getByTestId("registry-edit-replication"))).toBe(false);
});

it("shows each part in words", async () => {
  const { container } = show(configured);
  await screen.findByTestId("registry-scanning");
  for (const text of [
    "Enhanced scanning by Amazon Inspector",
    "Continuously: prod*",
    "Repositories prod… to us-east-1 (111122223333)",
    "registry-1.docker.io",
    "Immutable, AES-256, lifecycle policy",
    "No policy: only principals of this account have access.",
    "You use ci now. ECR counts its reads of manifests as pulls.",
  ]) {
    expect(container.textContent).toContain(text);
  }
  expect(screen.queryByTestId("registry-backfills")).toBeNull();
  expect(await accessibilityViolations(container)).toEqual([]);
});

it("disables only the part that can't be read, and names the action", async () => {
  const error = {
    ...fakeError("access_denied", "ecr:GetRegistryPolicy is denied.", "ecr:GetRegistryPolicy"),
  };
  const { container } = show({ ...configured, policy: null, errors: [{ part: "policy", error }] });
  await screen.findByTestId("registry-policy");
  expect(screen.getByTestId("registry-policy").textContent).toContain("ecr:GetRegistryPolicy");
  expect(screen.queryByTestId("registry-edit-policy")).toBeNull();
  expect(screen.getByTestId("registry-edit-scanning")).toBeTruthy();
  expect(container.textContent).toContain("registry-1.docker.io");
});

it("changes scanning after showing what it changes", async () => {
  const { changes } = show(configured);
  await screen.findByTestId("registry-scanning");
  press("registry-edit-scanning");
  enter("scan-on_push", "dev* Test");
  expect(isDisabled(confirm())).toBe(true);
  enter("scan-on_push", "dev* test");
  expect(screen.getByTestId("registry-before-after").textContent).toContain("On push: dev*, test");
  expect(confirm().textContent).toContain("Set enhanced scanning");
  fireEvent.click(confirm());
  await waitFor(() => expect(screen.queryByTestId("registry-change-modal")).toBeNull());
  expect(changes).toEqual([
    {
      kind: "scanning",
      before: configured.scanning,
      scanning: {
        scan_type: "enhanced",
        rules: [
          { frequency: "on_push", filters: ["dev*", "test"] },
          { frequency: "continuous", filters: ["prod*"] },
        ],
      },
    },
  ]);
});

it("warns before a change of replication that it may turn off the replication of deletions", async () => {
  show(configured);
  await screen.findByTestId("registry-scanning");
  press("registry-edit-replication");
  expect(screen.getByTestId("replication-deletions").textContent).toContain("deleteReplication");
});

const replicating = fakeStatement({
  sentence: "Allow account 444455556666 to replicate images into this registry.",
});
const policed: RegistryConfiguration = {
  ...configured,
  policy: '{"Statement":[{}]}',
  policy_words: { problem: null, statements: [replicating] },
};

it("shows the policy in words, and edits it with a form", async () => {
  const { container, changes } = show(policed, {
    registryPolicyWords: async (_connection, text) => ({
      problem: null,
      statements: [
        replicating,
        ...(text.includes("PullThroughCacheByci")
          ? [fakeStatement({ json: '{"Sid":"PullThroughCacheByci"}', sentence: "Allow ci." })]
          : []),
      ],
    }),
  });
  const card = await screen.findByTestId("registry-policy");
  expect(card.textContent).toContain(replicating.sentence);
  press("registry-edit-policy");
  choose("registry-access-kind", "pull_through_cache");
  expect(isDisabled(screen.getByTestId("registry-access-add"))).toBe(true);
  enter("registry-access-who", role);
  enter("registry-access-prefix", "hub/");
  press("registry-access-add");
  expect(await accessibilityViolations(container)).toEqual([]);
  await waitFor(() => expect(isDisabled(screen.getByTestId("access-review"))).toBe(false));
  press("access-review");
  const modal = await screen.findByTestId("access-set-modal");
  expect(modal.textContent).toContain("Set the registry policy");
  expect(modal.textContent).toContain("Added statements");
  expect(modal.textContent).toContain("1 statement stays unchanged.");
  press("access-set-confirm");
  await waitFor(() => expect(changes).toHaveLength(1));
  const [change] = changes;
  expect(change).toMatchObject({ kind: "policy", before: policed.policy });
  expect(change?.kind === "policy" && JSON.parse(change.text ?? "").Statement[1]).toMatchObject({
    Action: ["ecr:CreateRepository", "ecr:BatchImportUpstreamImage"],
    Resource: "arn:aws:ecr:eu-central-1:111122223333:repository/hub/*",
  });
});

it("removes the policy after its statements were shown", async () => {
  const { changes } = show(policed);
  await screen.findByTestId("registry-policy");
  press("registry-remove-policy");
  const modal = screen.getByTestId("registry-policy-remove-modal");
  expect(modal.textContent).toContain(replicating.sentence);
  press("registry-policy-remove-confirm");
  await waitFor(() =>
    expect(changes).toEqual([{ kind: "policy", before: policed.policy, text: null }]),
  );
});

it("keeps the policy that was entered when ECR refuses the change", async () => {
  show(configured, {
    registryPolicyWords: async () => ({ problem: null, statements: [replicating] }),
    registryChange: async () => {
      throw fakeError("access_denied", "ecr:PutRegistryPolicy is denied.");
    },
  });
  await screen.findByTestId("registry-policy");
  press("registry-edit-policy");
  enter("registry-access-who", "444455556666");
  press("registry-access-add");
  await waitFor(() => expect(isDisabled(screen.getByTestId("access-review"))).toBe(false));
  press("access-review");
  press("access-set-confirm");
  await screen.findAllByText(/ecr:PutRegistryPolicy is denied/);
  const text = createWrapper(document.body).findTextarea('[data-testid="access-json"]');
  expect(text?.findNativeTextarea().getElement().value).toContain("ReplicationFrom444455556666");
});

it.each([
  ["policy", { policy: null, policy_words: null }, "registry-edit-policy", "registry-access-who"],
  ["cache_rules", { cache_rules: null }, "cache-create", "cache-prefix"],
  ["cache_rules", { cache_rules: null }, "cache-change-hub", "cache-secret"],
  ["templates", { templates: null }, "template-edit-team", "template-description"],
  ["exclusions", { exclusions: null }, "exclusion-add", "exclusion-arn"],
  ["scanning", { scanning: null }, "registry-edit-scanning", "scan-continuous"],
] as const)(
  "keeps what was entered while %s can't be read again: %#",
  async (part, unread, open, field) => {
    let answer: RegistryConfiguration = configured;
    show(configured, { registryConfiguration: async () => answer });
    await screen.findByTestId(open);
    press(open);
    enter(field, "entered");
    const error = fakeError("access_denied", "Reading is denied.");
    answer = { ...configured, ...unread, errors: [{ part, error }] };
    press("registry-refresh");
    await screen.findAllByText(/Reading is denied/);
    const input = createWrapper(document.body).findInput(`[data-testid="${field}"]`);
    expect(input?.findNativeInput().getElement().value).toBe("entered");
  },
);

it("keeps only what couldn't be read again of a part with two settings", () => {
  const error = fakeError("throttled", "Too many requests.");
  const errors = [{ part: "account_settings" as const, error }];
  const last = { ...configured, blob_mounting: false, scan_version: "AWS_NATIVE" };
  const oneUnread = { ...configured, blob_mounting: true, scan_version: null, errors };
  expect(withLastRead(last, oneUnread)).toMatchObject({
    blob_mounting: true,
    scan_version: "AWS_NATIVE",
  });
  const bothUnread = { ...oneUnread, blob_mounting: null };
  expect(withLastRead(last, bothUnread)).toMatchObject({
    blob_mounting: false,
    scan_version: "AWS_NATIVE",
  });
});

it("offers to exclude the role in use", async () => {
  const { changes } = show(configured);
  await screen.findByTestId("exclusion-add");
  press("exclusion-add");
  expect(confirm().textContent).toContain("Leave out reads of role ci");
  fireEvent.click(confirm());
  await waitFor(() => expect(changes).toEqual([{ kind: "exclusion_add", principal: role }]));
});

it("removes an exclusion, and doesn't offer the excluded role again", async () => {
  const { changes } = show({ ...configured, exclusions: [role] });
  const own = await screen.findByTestId("exclusion-own");
  expect(own.textContent).toContain("don’t count as pulls");
  press("exclusion-add");
  expect(isDisabled(confirm())).toBe(true);
  press("registry-change-cancel");
  press("exclusion-remove-ci");
  fireEvent.click(confirm());
  await waitFor(() => expect(changes).toEqual([{ kind: "exclusion_remove", principal: role }]));
});

it.each([
  ["team/app", true],
  ["prod*", true],
  ["*", true],
  ["*/*.x_y-z", true],
  ["a".repeat(255), true],
  ["a".repeat(256), false],
  ["team/", false],
  ["/team", false],
  ["a--b", false],
  ["Team", false],
  // A text that ECR's own expression can match in 2^28 ways before it fails.
  ["abcdefghijklmnopqrstuvwxyz01-", false],
])("checks the pattern %s of a scanning rule", (pattern, isValid) => {
  const { problem } = scanningOf(false, { on_push: pattern, continuous: "", manual: "" });
  expect(problem === null).toBe(isValid);
});

it("keeps patterns and destinations through the forms", () => {
  const scanning = {
    scan_type: "basic" as const,
    rules: [
      { frequency: "on_push" as const, filters: ["prod*", "v/*"] },
      { frequency: "manual" as const, filters: ["*"] },
    ],
  };
  expect(scanningOf(false, scanPatterns(scanning)).scanning).toEqual(scanning);
  const all = { on_push: "a", continuous: "b", manual: "c" };
  // Basic scanning has no continuous rule, and enhanced scanning no manual one.
  const frequenciesOf = (isEnhanced: boolean) =>
    scanningOf(isEnhanced, all).scanning.rules.map(({ frequency }) => frequency);
  expect(frequenciesOf(false)).toEqual(["on_push", "manual"]);
  expect(frequenciesOf(true)).toEqual(["on_push", "continuous"]);
  expect(scanningWords({ scan_type: "basic" as const, rules: [] })[1]).toContain("manually");
  const versions = ["AWS_NATIVE", "CLAIR", "NEWER", null];
  expect(versions.map(scanVersionText)).toEqual(["AWS native", "Clair", "NEWER", "–"]);
  const rules = [
    {
      destinations: [
        { region: "us-east-1", account: "111122223333" },
        { region: "us-west-2", account: "111122223333" },
      ],
      prefixes: ["prod", "v"],
    },
    { destinations: [{ region: "eu-west-1", account: "444455556666" }], prefixes: [] },
  ];
  expect(replicationRules(replicationEntries(rules))).toEqual(rules);
  expect(replicationWords(rules)).toEqual([
    "Repositories prod…, v… to us-east-1 (111122223333), us-west-2 (111122223333)",
    "All repositories to eu-west-1 (444455556666)",
  ]);
});

it.each([
  [{ region: "us-east-1", account: "111122223333", prefixes: "" }, null],
  [{ region: "US East", account: "111122223333", prefixes: "" }, "Region"],
  [{ region: "us-east-1", account: "1111", prefixes: "" }, "12 digits"],
  [{ region: "us-east-1", account: "111122223333", prefixes: "team/a team_ v-1. ab" }, null],
  [{ region: "us-east-1", account: "111122223333", prefixes: "team prod*" }, "prod*"],
  [{ region: "us-east-1", account: "111122223333", prefixes: "a" }, "“a”"],
  [{ region: "us-east-1", account: "111122223333", prefixes: "/team" }, "/team"],
  [{ region: "us-east-1", account: "111122223333", prefixes: `${"a.".repeat(127)}A` }, "A"],
])("checks the destination %j", (entry, problem) => {
  const found = replicationProblem(entry);
  expect(problem === null ? found : found?.includes(problem)).toBe(problem === null ? null : true);
});
