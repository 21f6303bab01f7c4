/** The configuration of a registry in the fake backend, and its changes. */
import type { Backend } from "../backend";
import type { RegistryCacheRule, RegistryChange, RegistryConfiguration } from "../generated";
import { fakeWords } from "./access";

/** A registry with its defaults. */
export const emptyRegistry: RegistryConfiguration = {
  scanning: { scan_type: "basic", rules: [] },
  replication: [],
  backfills: [],
  cache_rules: [],
  templates: [],
  blob_mounting: false,
  scan_version: "AWS_NATIVE",
  policy: "",
  policy_words: null,
  repositories_arn: "arn:aws:ecr:eu-central-1:111122223333:repository/*",
  signing: [],
  exclusions: [],
  principal: null,
  errors: [],
};

function without<T extends { prefix: string }>(all: T[] | null, { prefix }: T): T[] {
  return (all ?? []).filter((one) => one.prefix !== prefix);
}

/** The registry after a change. */
function changed(known: RegistryConfiguration, change: RegistryChange): RegistryConfiguration {
  switch (change.kind) {
    case "scanning":
      return { ...known, scanning: change.scanning };
    case "replication":
      return { ...known, replication: change.rules };
    case "cache_rule_create":
      return { ...known, cache_rules: [...(known.cache_rules ?? []), change.rule] };
    case "cache_rule_login": {
      const { before, secret, role } = change;
      const of = (rule: RegistryCacheRule) =>
        rule.prefix === before.prefix ? { ...rule, secret, role } : rule;
      return { ...known, cache_rules: (known.cache_rules ?? []).map(of) };
    }
    case "cache_rule_delete":
      return { ...known, cache_rules: without(known.cache_rules, change.before) };
    case "template_create":
      return { ...known, templates: [...(known.templates ?? []), change.template] };
    case "template_change":
      return {
        ...known,
        templates: [...without(known.templates, change.before), change.template],
      };
    case "template_delete":
      return { ...known, templates: without(known.templates, change.before) };
    case "blob_mounting":
      return { ...known, blob_mounting: change.is_on };
    case "policy":
      return {
        ...known,
        policy: change.text ?? "",
        policy_words: change.text === null ? null : fakeWords(change.text),
      };
    case "signing":
      return { ...known, signing: change.rules };
    case "exclusion_add":
      return { ...known, exclusions: [...(known.exclusions ?? []), change.principal] };
    case "exclusion_remove":
      return {
        ...known,
        exclusions: (known.exclusions ?? []).filter((one) => one !== change.principal),
      };
  }
}

/** Fake calls of the registry settings. */
export function fakeRegistryConfigurationMethods() {
  let known = emptyRegistry;
  return {
    registryConfiguration: async () => known,
    registryChange: async (_connection, change) => {
      known = changed(known, change);
    },
    registryPolicyWords: async (_connection, text) => fakeWords(text),
    registryCacheRuleValidate: async () => ({ is_valid: true, failure: null }),
  } satisfies Partial<Backend>;
}
