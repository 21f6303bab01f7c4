/** Settings of new ECR repositories: defaults, labels, and the rules of ECR for them. */
import type {
  Encryption,
  LifecyclePreset,
  RepositorySettings,
  TagMutability,
} from "../ipc/generated";
import { formatCount, formatCounted } from "./format";
import { isKnown, type Reported, reportedText } from "./reported";
import { policyProblem, principalProblem } from "./repositoryPolicy";

/** The ECR defaults. */
export const defaultRepositorySettings: RepositorySettings = {
  tag_mutability: "mutable",
  exclusion_filters: [],
  scan_on_push: false,
  encryption: { kind: "aes256" },
  tags: {},
  lifecycle: { kind: "none" },
  policy: null,
};

/** Maximum number of exclusion filters. Source: ECR's `ImageTagMutabilityExclusionFilters`. */
export const maxExclusionFilters = 5;
/** Maximum number of AWS tags. Source: ECR user guide, "Tag basics". */
export const maxTags = 50;

/** Source: ECR's `ImageTagMutabilityExclusionFilterValue`. */
const exclusionPattern = /^[0-9a-zA-Z._*-]{1,128}$/;
/** Source: ECR's `KmsKey`. */
const maxKmsKeyLength = 2048;
/** Source: ECR user guide, "Tag basics". */
const maxTagKeyLength = 128;
const maxTagValueLength = 256;

/** Problems by field. Valid fields are absent. */
export interface RepositorySettingsProblems {
  /** A problem of the list of filters. */
  exclusion_filters?: string;
  /** By index. */
  exclusion_filter_items?: Record<number, string>;
  kms_key?: string;
  lifecycle?: string;
  policy?: string;
  /** A problem of the list of tags. */
  tags?: string;
  /** By key. */
  tag_items?: Record<string, string>;
}

export function hasExclusions(mutability: Reported<TagMutability>): boolean {
  return mutability === "immutable_with_exclusion" || mutability === "mutable_with_exclusion";
}

/** Returns the problem of an exclusion filter, if any. */
export function exclusionFilterProblem(filter: string): string | undefined {
  if (filter === "") {
    return "Enter a filter, or remove the row.";
  }
  if (filter.length > 128) {
    return "Enter up to 128 characters.";
  }
  if (!exclusionPattern.test(filter)) {
    return "Use only letters, digits, “.”, “_”, “-”, and “*”.";
  }
  return undefined;
}

function tagProblem(key: string, value: string): string | undefined {
  if (key === "") {
    return "Enter a key, or remove the tag.";
  }
  if (key.length > maxTagKeyLength) {
    return `Enter a key with up to ${maxTagKeyLength} characters.`;
  }
  if (key.toLowerCase().startsWith("aws:")) {
    return "The prefix “aws:” is reserved for AWS.";
  }
  if (value.length > maxTagValueLength) {
    return `Enter a value with up to ${maxTagValueLength} characters.`;
  }
  return undefined;
}

function lifecycleProblem(lifecycle: LifecyclePreset): string | undefined {
  switch (lifecycle.kind) {
    case "none":
      return undefined;
    case "keep_newest":
      return Number.isInteger(lifecycle.count) && lifecycle.count >= 1
        ? undefined
        : "Enter a number of 1 or more.";
    case "expire_untagged":
      return Number.isInteger(lifecycle.days) && lifecycle.days >= 1
        ? undefined
        : "Enter a number of days, 1 or more.";
  }
}

/** Validates settings by the rules of ECR. Empty if valid. */
export function repositorySettingsProblems(
  settings: RepositorySettings,
): RepositorySettingsProblems {
  const problems: RepositorySettingsProblems = {};

  if (hasExclusions(settings.tag_mutability)) {
    if (settings.exclusion_filters.length === 0) {
      problems.exclusion_filters =
        "Add at least one filter, or choose a setting without exclusions.";
    } else if (settings.exclusion_filters.length > maxExclusionFilters) {
      problems.exclusion_filters = `ECR allows up to ${maxExclusionFilters} filters.`;
    }
    const items: Record<number, string> = {};
    settings.exclusion_filters.forEach((filter, index) => {
      const problem = exclusionFilterProblem(filter);
      if (problem !== undefined) {
        items[index] = problem;
      } else if (settings.exclusion_filters.indexOf(filter) !== index) {
        items[index] = "This filter already exists.";
      }
    });
    if (Object.keys(items).length > 0) {
      problems.exclusion_filter_items = items;
    }
  }

  if (isKnown(settings.encryption) && settings.encryption.kind !== "aes256") {
    const key = settings.encryption.key ?? "";
    if (key.length > maxKmsKeyLength) {
      problems.kms_key = `Enter up to ${maxKmsKeyLength} characters.`;
    } else if (/\s/.test(key)) {
      problems.kms_key = "Remove the spaces.";
    }
  }

  const lifecycle = lifecycleProblem(settings.lifecycle);
  if (lifecycle !== undefined) {
    problems.lifecycle = lifecycle;
  }

  const policy =
    settings.policy === null
      ? undefined
      : (policyProblem(settings.policy) ?? principalProblem(settings.policy));
  if (policy !== undefined) {
    problems.policy = policy;
  }

  const tags = Object.entries(settings.tags);
  if (tags.length > maxTags) {
    problems.tags = `AWS allows up to ${maxTags} tags.`;
  }
  const items: Record<string, string> = {};
  for (const [key, value] of tags) {
    const problem = tagProblem(key, value);
    if (problem !== undefined) {
      items[key] = problem;
    }
  }
  if (Object.keys(items).length > 0) {
    problems.tag_items = items;
  }
  return problems;
}

export function repositorySettingsValid(settings: RepositorySettings): boolean {
  return Object.keys(repositorySettingsProblems(settings)).length === 0;
}

export const mutabilityLabels: Record<TagMutability, string> = {
  mutable: "Mutable",
  immutable: "Immutable",
  immutable_with_exclusion: "Immutable with exclusions",
  mutable_with_exclusion: "Mutable with exclusions",
};

export function mutabilityLabel(mutability: Reported<TagMutability>): string {
  return reportedText(mutability, (known) => mutabilityLabels[known]);
}

/** Label of the encryption without the key. */
export function encryptionLabel(encryption: Reported<Encryption>): string {
  if (!isKnown(encryption)) {
    return reportedText(encryption, String);
  }
  switch (encryption.kind) {
    case "aes256":
      return "AES-256";
    case "kms":
      return "AWS KMS";
    case "kms_dual_layer":
      return "AWS KMS, dual layer";
  }
}

function lifecycleLabel(lifecycle: LifecyclePreset): string {
  switch (lifecycle.kind) {
    case "none":
      return "Keep all images";
    case "keep_newest":
      return `Keep the newest ${formatCount(lifecycle.count)} images`;
    case "expire_untagged":
      return `Expire untagged images after ${formatCount(lifecycle.days)} days`;
  }
}

/** Settings in one line. */
export function repositorySettingsSummary(settings: RepositorySettings): string {
  const parts = [mutabilityLabel(settings.tag_mutability), encryptionLabel(settings.encryption)];
  if (settings.scan_on_push) {
    parts.push("scan on push");
  }
  if (settings.lifecycle.kind !== "none") {
    parts.push(lifecycleLabel(settings.lifecycle).toLowerCase());
  }
  if (settings.policy !== null) {
    parts.push("repository policy");
  }
  const tags = Object.keys(settings.tags).length;
  if (tags > 0) {
    parts.push(formatCounted(tags, "AWS tag", "AWS tags"));
  }
  return parts.join(", ");
}
