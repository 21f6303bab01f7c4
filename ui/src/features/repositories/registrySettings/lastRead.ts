/** What a part that can't be read again was when it was read last. */

import type { RegistryConfiguration, RegistryPart } from "../../../ipc/generated";

/** The fields of each part. The first is `null` if the part was never read. */
const fieldsOfParts: Readonly<
  Record<RegistryPart, readonly [keyof RegistryConfiguration, ...(keyof RegistryConfiguration)[]]>
> = {
  scanning: ["scanning"],
  replication: ["replication"],
  backfills: ["backfills"],
  cache_rules: ["cache_rules"],
  templates: ["templates"],
  account_settings: ["blob_mounting", "scan_version"],
  policy: ["policy", "policy_words"],
  signing: ["signing"],
  exclusions: ["exclusions"],
};

/** Whether there is something to show of a part, perhaps from an earlier read. */
export function isRead(configuration: RegistryConfiguration, part: RegistryPart): boolean {
  return configuration[fieldsOfParts[part][0]] !== null;
}

/**
 * The configuration with its unreadable parts as they were read last, so that a form that is open on one
 * keeps what was entered. ECR's state is compared again before each change.
 */
export function withLastRead(
  last: RegistryConfiguration | null,
  read: RegistryConfiguration,
): RegistryConfiguration {
  if (last === null) {
    return read;
  }
  // Of a part with several calls, some can succeed.
  const kept = read.errors.flatMap(({ part }) =>
    fieldsOfParts[part]
      .filter((field) => read[field] === null)
      .map((field) => [field, last[field]] as const),
  );
  return { ...read, ...Object.fromEntries(kept) };
}
