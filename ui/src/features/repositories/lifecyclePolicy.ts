/** The form of a lifecycle policy, and its JSON text. Used by the Lifecycle tab. */
import { patterns } from "./registrySettings/registryWords";

export type TagSelection = "any" | "untagged" | "patterns" | "prefixes";

export type CountType =
  | "imageCountMoreThan"
  | "sinceImagePushed"
  | "sinceImagePulled"
  | "sinceImageTransitioned";

/** A rule as the form shows it. */
export interface FormRule {
  readonly priority: number;
  /** Empty for a generated one, which follows the rule. */
  readonly description: string;
  readonly tags: TagSelection;
  /** Patterns or prefixes, separated by spaces or commas. */
  readonly list: string;
  readonly count: CountType;
  readonly number: string;
  readonly archives: boolean;
}

export const countLabels: Record<CountType, string> = {
  imageCountMoreThan: "Images beyond the newest",
  sinceImagePushed: "Days since the push",
  sinceImagePulled: "Days since the last pull",
  sinceImageTransitioned: "Days in the archive",
};

export const tagLabels: Record<TagSelection, string> = {
  any: "All images",
  untagged: "Untagged images",
  patterns: "Images with tags like",
  prefixes: "Images with tags that start with",
};

/** A new rule after the others. */
export function newRule(rules: readonly FormRule[]): FormRule {
  return {
    priority: Math.max(0, ...rules.map(({ priority }) => priority)) + 1,
    description: "",
    tags: "untagged",
    list: "",
    count: "sinceImagePushed",
    number: "14",
    archives: false,
  };
}

/** Pulled images can only be archived, and archived images only be deleted. */
export function withCount(rule: FormRule, count: CountType): FormRule {
  const archives =
    count === "sinceImagePulled" || (count !== "sinceImageTransitioned" && rule.archives);
  return { ...rule, count, archives };
}

/** The description of a rule that has none of its own. It makes a short policy as long as ECR requires. */
function generatedDescription({ tags, count }: Pick<FormRule, "tags" | "count">): string {
  return `${tagLabels[tags]}: ${countLabels[count]}`;
}

/** The JSON text of rules. */
export function policyText(rules: readonly FormRule[]): string {
  const json = {
    rules: rules.map((rule) => ({
      rulePriority: rule.priority,
      description: rule.description || generatedDescription(rule),
      selection: {
        tagStatus: rule.tags === "any" || rule.tags === "untagged" ? rule.tags : "tagged",
        ...(rule.tags === "patterns" ? { tagPatternList: patterns(rule.list) } : {}),
        ...(rule.tags === "prefixes" ? { tagPrefixList: patterns(rule.list) } : {}),
        ...(rule.count === "sinceImageTransitioned" ? { storageClass: "archive" } : {}),
        countType: rule.count,
        ...(rule.count === "imageCountMoreThan" ? {} : { countUnit: "days" }),
        countNumber: Number(rule.number),
      },
      action: rule.archives
        ? { type: "transition", targetStorageClass: "archive" }
        : { type: "expire" },
    })),
  };
  return JSON.stringify(json, null, 2);
}

/** A text with sorted members and rules. ECR returns a policy without its spaces and with its rules sorted by priority. */
export function comparable(text: string, withDescriptions = true): string {
  const isLeftOut = (name: string, value: unknown) =>
    (name === "description" && !withDescriptions) ||
    // What a rule has without them.
    (name === "storageClass" && value === "standard") ||
    (/^tag(Pattern|Prefix)List$/.test(name) && Array.isArray(value) && value.length === 0);
  const sorted = (_: string, value: unknown) =>
    value === null || typeof value !== "object" || Array.isArray(value)
      ? value
      : Object.fromEntries(
          Object.entries(value)
            .filter(([name, member]) => !isLeftOut(name, member))
            .sort(([one], [other]) => (one < other ? -1 : 1)),
        );
  try {
    const policy = JSON.parse(text);
    if (Array.isArray(policy?.rules)) {
      policy.rules.sort(
        (one: { rulePriority: number }, other: { rulePriority: number }) =>
          one?.rulePriority - other?.rulePriority,
      );
    }
    return JSON.stringify(policy, sorted);
  } catch {
    return text;
  }
}

const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];

/** The rules of a text, or `null` if the form can't show them or would lose a part of them. */
export function formRules(text: string): FormRule[] | null {
  try {
    const { rules } = JSON.parse(text);
    if (!Array.isArray(rules)) {
      return null;
    }
    const read = rules.map((rule): FormRule | null => {
      const { selection, action } = rule;
      const like = strings(selection.tagPatternList);
      const prefixes = strings(selection.tagPrefixList);
      const tags: TagSelection | null =
        selection.tagStatus === "any" || selection.tagStatus === "untagged"
          ? selection.tagStatus
          : selection.tagStatus !== "tagged"
            ? null
            : like.length > 0
              ? "patterns"
              : "prefixes";
      if (tags === null || !(selection.countType in countLabels)) {
        return null;
      }
      const description = String(rule.description ?? "");
      const isGenerated =
        description === generatedDescription({ tags, count: selection.countType });
      return {
        priority: Number(rule.rulePriority),
        description: isGenerated ? "" : description,
        tags,
        list: [...like, ...prefixes].join(" "),
        count: selection.countType,
        number: String(selection.countNumber),
        archives: action.type === "transition",
      };
    });
    const known = read.filter((rule) => rule !== null);
    const isWhole = comparable(policyText(known), false) === comparable(text, false);
    return isWhole ? known : null;
  } catch {
    return null;
  }
}
