/** The configuration of a registry in the fake backend, and its changes. */
import type { Backend } from "../backend";
import type { RegistryChange, RegistryConfiguration } from "../generated";
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

/** The registry after a change. */
function changed(known: RegistryConfiguration, change: RegistryChange): RegistryConfiguration {
  switch (change.kind) {
    case "scanning":
      return { ...known, scanning: change.scanning };
    case "replication":
      return { ...known, replication: change.rules };
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
    default:
      return known;
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
