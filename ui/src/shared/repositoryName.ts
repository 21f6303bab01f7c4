/** Source: ECR's `RepositoryName` in the API reference of CreateRepository. */
const pattern = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/;
const minLength = 2;
const maxLength = 256;

/** Which of ECR's rules a repository name breaks, in a sentence; nothing where ECR takes it. */
export function repositoryNameProblem(name: string): string | null {
  if (name.length < minLength) {
    return "A name has at least 2 characters.";
  }
  if (name.length > maxLength) {
    return `A name has at most 256 characters; this one has ${name.length}.`;
  }
  if (pattern.test(name)) {
    return null;
  }
  if (/[A-Z]/.test(name)) {
    return "A name has no capital letters.";
  }
  const stranger = /[^a-z0-9._/-]/.exec(name)?.[0];
  if (stranger !== undefined) {
    return stranger.trim() === ""
      ? "A name has no spaces."
      : `A name holds letters, digits, “.”, “_”, “-” and “/” only, not “${stranger}”.`;
  }
  if (name.startsWith("/") || name.endsWith("/") || name.includes("//")) {
    return "There is text on both sides of each “/”.";
  }
  if (/(^|\/)[._-]|[._-](\/|$)/.test(name)) {
    return "Each part begins and ends with a letter or a digit.";
  }
  return "Between letters and digits stands one “.”, one or two “_”, or any number of “-”.";
}

/** The nearest name that ECR takes, or nothing where there is none. */
export function suggestRepositoryName(name: string): string | null {
  const suggestion = name
    .toLowerCase()
    .replace(/[^a-z0-9._/-]+/g, "-")
    .split("/")
    .map((part) =>
      part
        .replace(/\.{2,}/g, ".")
        .replace(/_{3,}/g, "__")
        // Separators of different kinds side by side become one.
        .replace(/[._-]*(?:\.[_-]|\._|_[.-]|-[._])[._-]*/g, "-")
        .replace(/^[._-]+|[._-]+$/g, ""),
    )
    .filter((part) => part !== "")
    .join("/")
    .slice(0, maxLength)
    .replace(/[._/-]+$/, "");
  return repositoryNameProblem(suggestion) === null ? suggestion : null;
}
