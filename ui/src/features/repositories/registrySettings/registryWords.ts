/** The configuration of a registry in words, and the checks of what the forms change. */
import type {
  RegistryScanning,
  ReplicationRule,
  ScanFrequency,
  ScanningRule,
  ScanType,
  SigningRule,
} from "../../../ipc/generated";
import { type Reported, reportedText } from "../../../shared/reported";
import { scanningLimitProblem } from "./registryLimits";

export const frequencyLabels: Record<ScanFrequency, string> = {
  on_push: "On push",
  continuous: "Continuously",
  manual: "Manually",
};

const frequencies = Object.keys(frequencyLabels) as ScanFrequency[];

/** Splits patterns that are separated by spaces or commas. */
export function patterns(text: string): string[] {
  return text.split(/[\s,]+/).filter((one) => one !== "");
}

const scanTypeLabels: Record<ScanType, string> = {
  basic: "Basic scanning",
  enhanced: "Enhanced scanning by Amazon Inspector",
};

function filterTexts(filters: readonly Reported<string>[]): string[] {
  return filters.map((filter) => reportedText(filter, String));
}

/** The version of basic scanning, or what ECR calls one that isn’t known. */
export function scanVersionText(version: string | null): string {
  return version === "AWS_NATIVE" ? "AWS native" : version === "CLAIR" ? "Clair" : (version ?? "–");
}

/** What is scanned when, a sentence for each rule. */
export function scanningWords({ scan_type, rules }: RegistryScanning): string[] {
  const sentences = rules.map(
    ({ frequency, filters }) =>
      `${reportedText(frequency, (known) => frequencyLabels[known])}: ${filters.length === 0 ? "no repository" : filterTexts(filters).join(", ")}`,
  );
  return [
    reportedText(scan_type, (known) => scanTypeLabels[known]),
    ...(sentences.length === 0 ? ["No rule: images are scanned manually"] : sentences),
  ];
}

/** The patterns of each frequency as the form shows them. */
type ScanPatterns = Readonly<Record<ScanFrequency, string>>;

export function scanPatterns({ rules }: RegistryScanning): ScanPatterns {
  const of = (frequency: ScanFrequency) =>
    rules
      .filter((rule) => rule.frequency === frequency)
      .flatMap(({ filters }) => filterTexts(filters))
      .join(" ");
  return { on_push: of("on_push"), continuous: of("continuous"), manual: of("manual") };
}

/** When images can be scanned. Source: ECR's `RegistryScanningRule`. */
export function scanFrequencies(isEnhanced: boolean): readonly ScanFrequency[] {
  return frequencies.filter((one) => one !== (isEnhanced ? "manual" : "continuous"));
}

/**
 * Source: ECR's `ScanningRepositoryFilterValue`, which has up to 255 characters. ECR's own expression can match a text in
 * many ways, so that a browser would need minutes to refuse one.
 */
const scanFilterPattern = /^(?=.{1,255}$)[a-z0-9*]+(?:[._\-/][a-z0-9*]+)*$/;

/** The rules of the patterns, at most the two that ECR allows, or why ECR would refuse them. */
export function scanningOf(
  isEnhanced: boolean,
  entered: ScanPatterns,
): { scanning: RegistryScanning; problem: string | null } {
  const rules = scanFrequencies(isEnhanced).flatMap((frequency): ScanningRule[] => {
    const filters = patterns(entered[frequency]);
    return filters.length === 0 ? [] : [{ frequency, filters }];
  });
  const wrong = rules
    .flatMap(({ filters }) => filterTexts(filters))
    .find((filter) => !scanFilterPattern.test(filter));
  const problem =
    wrong === undefined
      ? scanningLimitProblem(rules)
      : `“${wrong}” isn’t a pattern of repository names. Use lowercase letters, digits, and *.`;
  return { scanning: { scan_type: isEnhanced ? "enhanced" : "basic", rules }, problem };
}

/** A destination as the form shows it, one row for each. */
interface ReplicationEntry {
  readonly region: string;
  readonly account: string;
  readonly prefixes: string;
}

export function replicationEntries(rules: readonly ReplicationRule[]): ReplicationEntry[] {
  return rules.flatMap(({ destinations, prefixes }) =>
    destinations.map(({ region, account }) => ({
      region,
      account,
      prefixes: filterTexts(prefixes).join(" "),
    })),
  );
}

/** The rules of the entries: entries with the same prefixes are one rule. */
export function replicationRules(entries: readonly ReplicationEntry[]): ReplicationRule[] {
  const rules = new Map<string, ReplicationRule>();
  for (const { region, account, prefixes } of entries) {
    const wanted = patterns(prefixes);
    const key = wanted.join(" ");
    const rule = rules.get(key) ?? { destinations: [], prefixes: wanted };
    rule.destinations.push({ region: region.trim(), account: account.trim() });
    rules.set(key, rule);
  }
  return [...rules.values()];
}

/** Source: ECR's `RepositoryFilterValue`, which has 2 to 256 characters. */
const prefixPattern =
  /^(?=.{2,256}$)(?:[a-z0-9]+(?:[._-][a-z0-9]*)*\/)*[a-z0-9]*(?:[._-][a-z0-9]*)*$/;

/** Why ECR would refuse an entry, or `null`. */
export function replicationProblem({ region, account, prefixes }: ReplicationEntry): string | null {
  if (!/^[a-z0-9-]{2,25}$/.test(region.trim())) {
    return "Enter a Region, such as us-east-1.";
  }
  if (!/^\d{12}$/.test(account.trim())) {
    return "Enter an account ID of 12 digits.";
  }
  const wrong = patterns(prefixes).find((prefix) => !prefixPattern.test(prefix));
  return wrong === undefined
    ? null
    : `“${wrong}” can’t begin a repository name. Use 2 or more lowercase letters and digits, without *.`;
}

export function replicationWords(rules: readonly ReplicationRule[]): string[] {
  return rules.map(({ destinations, prefixes }) => {
    const what =
      prefixes.length === 0
        ? "All repositories"
        : `Repositories ${filterTexts(prefixes).join("…, ")}…`;
    const to = destinations.map(({ region, account }) => `${region} (${account})`).join(", ");
    return `${what} to ${to}`;
  });
}

/** Source: ECR's `SigningRepositoryFilterValue`, which has 1 to 256 characters. */
const signingPattern =
  /^(?=.{1,256}$)(?:[a-z0-9*]+(?:[._-][a-z0-9*]+)*\/)*[a-z0-9*]+(?:[._-][a-z0-9*]+)*$/;

/** Source: ECR's `SigningProfileArn`, which has up to 200 characters. */
const profilePattern =
  /^(?=.{1,200}$)arn:aws(-[a-z]+)*:signer:[a-z0-9-]+:\d{12}:\/signing-profiles\/\w{2,}$/;

/** Why ECR would refuse an entry, or `null`. */
export function signingProblem(entry: {
  readonly profile: string;
  readonly filters: string;
}): string | null {
  if (!profilePattern.test(entry.profile.trim())) {
    return "Enter the ARN of a signing profile.";
  }
  const wrong = patterns(entry.filters).find((filter) => !signingPattern.test(filter));
  return wrong === undefined
    ? null
    : `“${wrong}” isn’t a pattern of repository names. Use lowercase letters, digits, and *.`;
}

export function signingWords(rules: readonly SigningRule[]): string[] {
  return rules.map(
    ({ profile, filters }) =>
      `${filters.length === 0 ? "All repositories" : filterTexts(filters).join(", ")} with ${profile.split("/").at(-1) ?? profile}`,
  );
}

/** The name of a user or role. */
export function principalName(arn: string): string {
  return arn.split("/").at(-1) ?? arn;
}
