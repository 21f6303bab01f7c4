/** The rules of ECR for repository names, with a suggestion for an invalid one. */
import { formatCount } from "./format";

/** Source: ECR's `RepositoryName` in the API reference of CreateRepository. */
const pattern = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/;
const minLength = 2;
const maxLength = 256;

/** Returns the rule that a repository name breaks, or `null`. */
export function repositoryNameProblem(name: string): string | null {
  if (name.length < minLength) {
    return "Enter at least 2 characters.";
  }
  if (name.length > maxLength) {
    return `Enter up to 256 characters. This name has ${formatCount(name.length)}.`;
  }
  if (pattern.test(name)) {
    return null;
  }
  if (/[A-Z]/.test(name)) {
    return "Use lowercase letters only.";
  }
  const stranger = /[^a-z0-9._/-]/.exec(name)?.[0];
  if (stranger !== undefined) {
    return stranger.trim() === ""
      ? "Remove the spaces."
      : `Use only letters, digits, “.”, “_”, “-”, and “/”. “${stranger}” isn’t allowed.`;
  }
  if (name.startsWith("/") || name.endsWith("/") || name.includes("//")) {
    return "Each “/” requires text on both sides.";
  }
  if (/(^|\/)[._-]|[._-](\/|$)/.test(name)) {
    return "Each part must start and end with a letter or digit.";
  }
  return "Between letters and digits, use one “.”, one or two “_”, or any number of “-”.";
}

/** Returns a similar valid name, or `null`. */
export function suggestRepositoryName(name: string): string | null {
  const suggestion = name
    .toLowerCase()
    .replace(/[^a-z0-9._/-]+/g, "-")
    .split("/")
    .map((part) =>
      part
        .replace(/\.{2,}/g, ".")
        .replace(/_{3,}/g, "__")
        // Adjacent separators become one.
        .replace(/[._-]*(?:\.[_-]|\._|_[.-]|-[._])[._-]*/g, "-")
        .replace(/^[._-]+|[._-]+$/g, ""),
    )
    .filter((part) => part !== "")
    .join("/")
    .slice(0, maxLength)
    .replace(/[._/-]+$/, "");
  return repositoryNameProblem(suggestion) === null ? suggestion : null;
}

/** Says what a prefix without a separator makes of a name: `hub` and `builds` become `hubbuilds`. */
export function prefixHint(prefix: string, example = "app"): string | null {
  const trimmed = prefix.trim();
  return /[a-z0-9]$/.test(trimmed)
    ? `Names become “${trimmed}${example}”. To separate the parts, enter “${trimmed}/”.`
    : null;
}
