/** Repository creation templates in words, and what the form holds of one. */
import type { RegistryTemplate, RepositorySettings, TemplateUse } from "../../../ipc/generated";
import { formatCounted } from "../../../shared/format";
import { isKnown, reportedText } from "../../../shared/reported";
import {
  defaultRepositorySettings,
  encryptionLabel,
  hasExclusions,
  mutabilityLabel,
  type RepositorySettingsProblems,
  repositorySettingsProblems,
} from "../../../shared/repositorySettings";
import { prefixProblem, registryOf, roleProblem } from "./cacheRules";

export const templateUseLabels: Record<TemplateUse, string> = {
  create_on_push: "Create on push",
  pull_through_cache: "Pull through cache",
  replication: "Replication",
};

export const templateUses = Object.keys(templateUseLabels) as TemplateUse[];

/** What the form holds. */
export interface EnteredTemplate {
  readonly prefix: string;
  readonly description: string;
  readonly uses: readonly TemplateUse[];
  /** The settings that a template shares with a new repository. */
  readonly settings: RepositorySettings;
  /** The text of the lifecycle policy. Empty for none. */
  readonly lifecycle: string;
  readonly role: string;
}

export const newTemplate: EnteredTemplate = {
  prefix: "",
  description: "",
  uses: ["create_on_push"],
  settings: defaultRepositorySettings,
  lifecycle: "",
  role: "",
};

/** The form of a template without unknown values. */
export function enteredTemplate(template: RegistryTemplate): EnteredTemplate {
  const { tag_mutability, exclusion_filters, encryption, tags, repository_policy } = template;
  return {
    prefix: template.prefix,
    description: template.description ?? "",
    uses: template.applied_for.filter(isKnown),
    settings: {
      ...defaultRepositorySettings,
      tag_mutability,
      exclusion_filters,
      encryption,
      tags,
      policy: repository_policy,
    },
    lifecycle: template.lifecycle_policy ?? "",
    role: template.role ?? "",
  };
}

export function templateOf(entered: EnteredTemplate): RegistryTemplate {
  const { tag_mutability, exclusion_filters, encryption, tags, policy } = entered.settings;
  const given = (text: string | null) => (text === null || text.trim() === "" ? null : text.trim());
  return {
    prefix: entered.prefix.trim().replace(/\/+$/, ""),
    description: given(entered.description),
    applied_for: templateUses.filter((use) => entered.uses.includes(use)),
    tag_mutability,
    exclusion_filters: hasExclusions(tag_mutability) ? exclusion_filters : [],
    encryption,
    tags,
    lifecycle_policy: given(entered.lifecycle),
    repository_policy: given(policy),
    role: given(entered.role),
  };
}

/** Problems by field. Valid fields are absent. */
export interface TemplateProblems {
  prefix?: string;
  description?: string;
  uses?: string;
  settings?: RepositorySettingsProblems;
  lifecycle?: string;
  role?: string;
}

/** Source: ECR's `RepositoryTemplateDescription`. */
const maxDescriptionLength = 256;

function lifecycleProblem(text: string): string | undefined {
  if (text.trim() === "") {
    return undefined;
  }
  try {
    return Array.isArray(JSON.parse(text)?.rules) ? undefined : "The policy has no list of rules.";
  } catch {
    return "The policy isn’t valid JSON.";
  }
}

/** Source: ECR's `KmsKeyForRepositoryCreationTemplate`, whose description requires the Region of the repositories. */
function keyProblem(key: string, repositories: string): string | undefined {
  const found = /^arn:aws[a-z0-9-]*:kms:([a-z0-9-]+):\d{12}:key\/[a-z0-9-]+$/.exec(key);
  if (found === null) {
    return "Enter the ARN of the key. A template takes no alias.";
  }
  const { region } = registryOf(repositories);
  return found[1] === region ? undefined : `The key must be in this Region, ${region}.`;
}

export function templateProblems(
  entered: EnteredTemplate,
  repositories: string,
  /** The prefixes of the other templates. */
  taken: readonly string[],
): TemplateProblems {
  const template = templateOf(entered);
  const { encryption, tags } = template;
  const isEncrypted = isKnown(encryption) && encryption.kind !== "aes256";
  const needsRole = isEncrypted || Object.keys(tags).length > 0;
  const key = isKnown(encryption) && encryption.kind !== "aes256" ? encryption.key : null;
  const settings = repositorySettingsProblems(entered.settings);
  if (key !== null) {
    const problem = keyProblem(key, repositories);
    if (problem !== undefined) {
      settings.kms_key = problem;
    }
  }
  const problems: TemplateProblems = {
    prefix: taken.includes(template.prefix)
      ? "A template with this prefix already exists."
      : prefixProblem(entered.prefix, 1, 256),
    description:
      [...entered.description.trim()].length > maxDescriptionLength
        ? `Enter up to ${maxDescriptionLength} characters.`
        : undefined,
    uses: template.applied_for.length === 0 ? "Choose at least one use." : undefined,
    settings: Object.keys(settings).length > 0 ? settings : undefined,
    lifecycle: lifecycleProblem(entered.lifecycle),
    role:
      template.role !== null
        ? roleProblem(template.role, repositories)
        : needsRole
          ? "A template with a KMS key or AWS tags needs a role."
          : undefined,
  };
  return Object.fromEntries(
    Object.entries(problems).filter(([, problem]) => problem !== undefined),
  );
}

/** The first problem in words. */
export function firstProblem({ settings, ...problems }: TemplateProblems): string | undefined {
  const text = Object.values(problems)[0];
  return text ?? (settings === undefined ? undefined : "Correct the repository settings.");
}

function lifecycleWords(text: string | null): string {
  if (text === null) {
    return "Lifecycle policy: none";
  }
  try {
    const rules: { description?: string }[] = JSON.parse(text).rules;
    const described = rules.map(({ description }) => description ?? "").filter((one) => one !== "");
    return described.length === rules.length && rules.length > 0
      ? `Lifecycle policy: ${described.join("; ")}`
      : `Lifecycle policy: ${formatCounted(rules.length, "rule", "rules")}`;
  } catch {
    return "Lifecycle policy: set";
  }
}

/** What a template sets, a sentence for each part. */
export function templateSentences(template: RegistryTemplate): string[] {
  const { tag_mutability, exclusion_filters, encryption, role } = template;
  const uses = template.applied_for.map((use) =>
    reportedText(use, (one) => templateUseLabels[one]),
  );
  const except = exclusion_filters.length === 0 ? "" : `: ${exclusion_filters.join(", ")}`;
  const tags = Object.entries(template.tags).map(([key, value]) => `${key}=${value}`);
  const key = isKnown(encryption) && encryption.kind !== "aes256" ? encryption.key : null;
  return [
    ...(template.description === null ? [] : [`Description: ${template.description}`]),
    `Used for: ${uses.join(", ")}`,
    `Tags: ${mutabilityLabel(tag_mutability)}${except}`,
    `Encryption: ${encryptionLabel(encryption)}${key === null ? "" : ` with ${key}`}`,
    lifecycleWords(template.lifecycle_policy),
    `Repository policy: ${template.repository_policy === null ? "none" : "set"}`,
    `AWS tags: ${tags.length === 0 ? "none" : tags.join(", ")}`,
    `Role: ${role === null ? "none" : (role.split("/").at(-1) ?? role)}`,
  ];
}

/** The settings of a template in one line. */
export function templateSummary(template: RegistryTemplate): string {
  const tags = Object.keys(template.tags).length;
  return [
    mutabilityLabel(template.tag_mutability),
    encryptionLabel(template.encryption),
    ...(template.lifecycle_policy === null ? [] : ["lifecycle policy"]),
    ...(template.repository_policy === null ? [] : ["repository policy"]),
    ...(tags === 0 ? [] : [formatCounted(tags, "AWS tag", "AWS tags")]),
  ].join(", ");
}
