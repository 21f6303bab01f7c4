import type {
  Encryption,
  LifecyclePreset,
  RepositorySettings,
  TagMutability,
} from "../ipc/generated";
import { policyProblem, principalProblem } from "./repositoryPolicy";

/** What ECR itself does with a repository that is created without any settings. */
export const defaultRepositorySettings: RepositorySettings = {
  tag_mutability: "mutable",
  exclusion_filters: [],
  scan_on_push: false,
  encryption: { kind: "aes256" },
  tags: {},
  lifecycle: { kind: "none" },
  policy: null,
};

/** Most exclusion filters that a repository takes. Source: ECR's `ImageTagMutabilityExclusionFilters`. */
export const maxExclusionFilters = 5;
/** Most AWS tags that a resource takes. Source: ECR user guide, "Tag basics". */
export const maxTags = 50;

/** Source: ECR's `ImageTagMutabilityExclusionFilterValue`. */
const exclusionPattern = /^[0-9a-zA-Z._*-]{1,128}$/;
/** Source: ECR's `KmsKey`. */
const maxKmsKeyLength = 2048;
/** Source: ECR user guide, "Tag basics". */
const maxTagKeyLength = 128;
const maxTagValueLength = 256;

/** What is wrong with repository settings; a field that is fine is absent. */
export interface RepositorySettingsProblems {
  /** About the filters as a whole, such as that there is none. */
  exclusion_filters?: string;
  /** By the index of the filter. */
  exclusion_filter_items?: Record<number, string>;
  kms_key?: string;
  lifecycle?: string;
  policy?: string;
  /** About the tags as a whole. */
  tags?: string;
  /** By the key of the tag. */
  tag_items?: Record<string, string>;
}

/** Whether a setting of mutability comes with exclusion filters. */
export function hasExclusions(mutability: TagMutability): boolean {
  return mutability === "immutable_with_exclusion" || mutability === "mutable_with_exclusion";
}

/** What ECR would refuse about one exclusion filter, or nothing. */
export function exclusionFilterProblem(filter: string): string | undefined {
  if (filter === "") {
    return "Enter a pattern, or remove this row.";
  }
  if (filter.length > 128) {
    return "A pattern has at most 128 characters.";
  }
  if (!exclusionPattern.test(filter)) {
    return "A pattern holds letters, digits, “.”, “_”, “-” and “*” only.";
  }
  return undefined;
}

function tagProblem(key: string, value: string): string | undefined {
  if (key === "") {
    return "Enter a key, or remove this tag.";
  }
  if (key.length > maxTagKeyLength) {
    return `A key has at most ${maxTagKeyLength} characters.`;
  }
  if (key.toLowerCase().startsWith("aws:")) {
    return "Keys that begin with “aws:” belong to AWS.";
  }
  if (value.length > maxTagValueLength) {
    return `A value has at most ${maxTagValueLength} characters.`;
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
        : "Enter how many images stay, 1 or more.";
    case "expire_untagged":
      return Number.isInteger(lifecycle.days) && lifecycle.days >= 1
        ? undefined
        : "Enter the number of days, 1 or more.";
  }
}

/** Checks settings by ECR's rules before ECR does. An empty answer means that they are fine. */
export function repositorySettingsProblems(
  settings: RepositorySettings,
): RepositorySettingsProblems {
  const problems: RepositorySettingsProblems = {};

  if (hasExclusions(settings.tag_mutability)) {
    if (settings.exclusion_filters.length === 0) {
      problems.exclusion_filters =
        "Add at least one pattern, or choose a setting without exceptions.";
    } else if (settings.exclusion_filters.length > maxExclusionFilters) {
      problems.exclusion_filters = `ECR takes at most ${maxExclusionFilters} patterns.`;
    }
    const items: Record<number, string> = {};
    settings.exclusion_filters.forEach((filter, index) => {
      const problem = exclusionFilterProblem(filter);
      if (problem !== undefined) {
        items[index] = problem;
      } else if (settings.exclusion_filters.indexOf(filter) !== index) {
        items[index] = "This pattern is there already.";
      }
    });
    if (Object.keys(items).length > 0) {
      problems.exclusion_filter_items = items;
    }
  }

  if (settings.encryption.kind !== "aes256") {
    const key = settings.encryption.key ?? "";
    if (key.length > maxKmsKeyLength) {
      problems.kms_key = `A key has at most ${maxKmsKeyLength} characters.`;
    } else if (/\s/.test(key)) {
      problems.kms_key = "A key id, alias or ARN has no spaces.";
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
    problems.tags = `AWS takes at most ${maxTags} tags.`;
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

/** Whether ECR would take the settings. */
export function repositorySettingsValid(settings: RepositorySettings): boolean {
  return Object.keys(repositorySettingsProblems(settings)).length === 0;
}

/** Mutability as a name for people. */
export const mutabilityLabels: Record<TagMutability, string> = {
  mutable: "Mutable",
  immutable: "Immutable",
  immutable_with_exclusion: "Immutable with exceptions",
  mutable_with_exclusion: "Mutable with exceptions",
};

/** Encryption as a name for people, without the key. */
export function encryptionLabel(encryption: Encryption): string {
  switch (encryption.kind) {
    case "aes256":
      return "AES-256";
    case "kms":
      return "AWS KMS";
    case "kms_dual_layer":
      return "AWS KMS, dual layer";
  }
}

/** A lifecycle preset in words. */
export function lifecycleLabel(lifecycle: LifecyclePreset): string {
  switch (lifecycle.kind) {
    case "none":
      return "Keep everything";
    case "keep_newest":
      return `Keep the newest ${lifecycle.count} images`;
    case "expire_untagged":
      return `Remove images without a tag after ${lifecycle.days} days`;
  }
}

/** Settings in one line, for a row or a summary. */
export function repositorySettingsSummary(settings: RepositorySettings): string {
  const parts = [mutabilityLabels[settings.tag_mutability], encryptionLabel(settings.encryption)];
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
    parts.push(tags === 1 ? "1 AWS tag" : `${tags} AWS tags`);
  }
  return parts.join(", ");
}
