/** The registry settings with a backend that records changes. */
import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, screen } from "@testing-library/react";
import { RegistrySettingsTab } from "../features/repositories/registrySettings/RegistrySettingsTab";
import type { Backend } from "../ipc";
import type {
  RegistryCacheRule,
  RegistryChange,
  RegistryConfiguration,
  RegistryTemplate,
} from "../ipc/generated";
import { practice as connection, renderWith } from "./component";

/** The ARN of a secret that ECR can read for the registry of the fake backend. */
export const secret =
  "arn:aws:secretsmanager:eu-central-1:111122223333:secret:ecr-pullthroughcache/hub-a1B2c3";

export const hubRule: RegistryCacheRule = {
  prefix: "hub",
  registry: "docker_hub",
  upstream: "registry-1.docker.io",
  upstream_prefix: null,
  secret,
  role: null,
  created_at_ms: 1,
};

export const teamTemplate: RegistryTemplate = {
  prefix: "team",
  description: null,
  applied_for: ["create_on_push"],
  tag_mutability: "immutable",
  exclusion_filters: [],
  encryption: { kind: "aes256" },
  tags: {},
  lifecycle_policy: '{"rules":[{"rulePriority":1,"description":"Keep 3"}]}',
  repository_policy: null,
  role: null,
};

/** Shows a registry, and returns the changes that are made. */
export function showRegistry(configuration: RegistryConfiguration, part: Partial<Backend> = {}) {
  const changes: RegistryChange[] = [];
  const backend: Partial<Backend> = {
    registryConfiguration: async () => configuration,
    registryChange: async (_connection, change) => {
      changes.push(change);
    },
    registryCacheRuleValidate: async () => ({ is_valid: true, failure: null }),
    ...part,
  };
  const view = renderWith(backend, <RegistrySettingsTab connection={connection} />);
  return { ...view, changes };
}

export const confirm = () => screen.getByTestId("registry-change-confirm");

export const isDisabled = (element: HTMLElement) =>
  element.getAttribute("aria-disabled") === "true" || element.hasAttribute("disabled");

/** Enters a text in a field. */
export function enter(id: string, text: string) {
  const input = createWrapper(document.body).findInput(`[data-testid="${id}"]`);
  act(() => input?.setInputValue(text));
}

/** Chooses an option of a list. */
export function choose(id: string, value: string) {
  const select = createWrapper(document.body).findSelect(`[data-testid="${id}"]`);
  act(() => select?.openDropdown());
  act(() => select?.selectOptionByValue(value, { expandToViewport: true }));
}
