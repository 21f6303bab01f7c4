import { fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { emptyRegistry } from "../../../ipc/fake/registryConfiguration";
import type { RegistryConfiguration } from "../../../ipc/generated";
import { accessibilityViolations } from "../../../testing/accessibility";
import { press } from "../../../testing/component";
import {
  choose,
  confirm,
  enter,
  isDisabled,
  showRegistry,
  teamTemplate,
} from "../../../testing/registrySettings";
import {
  enteredTemplate,
  firstProblem,
  newTemplate,
  templateOf,
  templateProblems,
  templateSentences,
} from "./templates";

const registry: RegistryConfiguration = { ...emptyRegistry, templates: [teamTemplate] };
const role = "arn:aws:iam::111122223333:role/templates";
const settings = newTemplate.settings;
const key = (region: string) => `arn:aws:kms:${region}:111122223333:key/mrk-0123456789abcdef`;

it.each([
  [{ prefix: "team" }, "already exists"],
  [{ prefix: "ROOT" }, undefined],
  [{ prefix: "" }, "1 to 256 characters"],
  [{ description: "a".repeat(257) }, "256 characters"],
  [{ description: "🚢".repeat(256) }, undefined],
  [{ uses: [] }, "at least one use"],
  [{ settings: { ...settings, tags: { team: "ours" } } }, "needs a role"],
  [{ settings: { ...settings, tags: { team: "ours" } }, role }, undefined],
  [{ role: "templates" }, "ARN of a role"],
  [{ settings: { ...settings, encryption: { kind: "kms", key: "alias/ours" } }, role }, "Correct"],
  [{ settings: { ...settings, encryption: { kind: "kms", key: null } }, role }, undefined],
  [
    { settings: { ...settings, encryption: { kind: "kms", key: key("eu-central-1") } }, role },
    undefined,
  ],
  [
    { settings: { ...settings, encryption: { kind: "kms", key: key("us-east-1") } }, role },
    "Correct",
  ],
  [{ lifecycle: "{" }, "JSON"],
  [{ lifecycle: "{}" }, "list of rules"],
] as const)("checks %j", (part, problem) => {
  const entered = { ...newTemplate, prefix: "other", ...part } as typeof newTemplate;
  const found = firstProblem(templateProblems(entered, registry.repositories_arn, ["team"]));
  expect(problem === undefined ? found : found?.includes(problem)).toBe(
    problem === undefined ? undefined : true,
  );
});

it("keeps a template through the form", () => {
  const template = {
    ...teamTemplate,
    description: "ours",
    tag_mutability: "immutable_with_exclusion" as const,
    exclusion_filters: ["latest"],
    encryption: { kind: "kms" as const, key: null },
    tags: { team: "ours" },
    repository_policy: "{}",
    role,
  };
  expect(templateOf(enteredTemplate(template))).toEqual(template);
  expect(templateSentences(template)).toEqual([
    "Description: ours",
    "Used for: Create on push",
    "Tags: Immutable with exclusions: latest",
    "Encryption: AWS KMS",
    "Lifecycle policy: Keep 3",
    "Repository policy: set",
    "AWS tags: team=ours",
    "Role: templates",
  ]);
});

it("creates a template", async () => {
  const { container, changes } = showRegistry(registry);
  await screen.findByTestId("template-create");
  press("template-create");
  expect(isDisabled(confirm())).toBe(true);
  enter("template-prefix", "shop/");
  choose("settings-mutability", "immutable_with_exclusion");
  expect(await accessibilityViolations(container)).toEqual([]);
  fireEvent.click(confirm());
  await waitFor(() => expect(screen.queryByTestId("registry-change-modal")).toBeNull());
  expect(changes).toEqual([
    {
      kind: "template_create",
      template: {
        ...teamTemplate,
        prefix: "shop",
        tag_mutability: "immutable_with_exclusion",
        exclusion_filters: ["latest"],
        lifecycle_policy: null,
      },
    },
  ]);
});

it("changes a template after showing what it changes, and deletes it", async () => {
  const { changes } = showRegistry(registry);
  await screen.findByTestId("template-edit-team");
  press("template-edit-team");
  expect(isDisabled(confirm())).toBe(true);
  choose("settings-mutability", "mutable");
  expect(screen.getByTestId("registry-before-after").textContent).toContain("Tags: Mutable");
  fireEvent.click(confirm());
  await waitFor(() => expect(screen.queryByTestId("registry-change-modal")).toBeNull());
  press("template-delete-team");
  fireEvent.click(confirm());
  await waitFor(() =>
    expect(changes).toEqual([
      {
        kind: "template_change",
        before: teamTemplate,
        template: { ...teamTemplate, tag_mutability: "mutable" },
      },
      { kind: "template_delete", before: teamTemplate },
    ]),
  );
});
