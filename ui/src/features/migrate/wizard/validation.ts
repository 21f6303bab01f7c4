/**
 * What is missing or invalid in each step of the wizard, as a sentence beside the button that it
 * disables.
 */
import type { ImageSource } from "../../../ipc/generated";
import { formatCounted } from "../../../shared/format";
import { isHub, namespacesProblem, sourceNamespaces } from "../../../shared/namespaces";
import { repositoryNameProblem } from "../../../shared/repositoryName";
import { repositorySettingsValid } from "../../../shared/repositorySettings";
import { type Draft, type Proposals, repositoryNames } from "./draft";
import type { ProposedNaming } from "./useProposedNames";

/** Returns the problem of step 1, or `null`. */
export function connectionProblem(draft: Pick<Draft, "connection">): string | null {
  const connection = draft.connection;
  if (connection === null) {
    return "Choose an AWS profile or Practice.";
  }
  if (connection.kind !== "profile") {
    return null;
  }
  for (const endpoint of [connection.ecr_endpoint, connection.registry_endpoint]) {
    const problem = endpoint === null ? null : endpointProblem(endpoint);
    if (problem !== null) {
      return problem;
    }
  }
  return null;
}

export function endpointProblem(endpoint: string): string | null {
  return /\s/.test(endpoint) || endpoint === ""
    ? "Enter a host name or URL, for example https://vpce-1.ecr.eu-west-1.vpce.amazonaws.com."
    : null;
}

/** Returns what is missing in a source, or `null`. */
export function sourceProblem(source: ImageSource | null): string | null {
  if (source === null) {
    return "Choose a source.";
  }
  if (isHub(source)) {
    const names = sourceNamespaces(source);
    return source.kind === "docker_hub" && names.length === 0
      ? "Sign in to Docker Hub, or enter a user or organization."
      : namespacesProblem(names);
  }
  if (source.kind === "ecr" && source.connection.kind === "profile") {
    return source.connection.profile === ""
      ? "Choose the AWS profile of the source."
      : connectionProblem({ connection: source.connection });
  }
  if (source.kind === "registry") {
    if (source.host.trim() === "") {
      return "Enter the host name of the registry.";
    }
    if (/[\s/]/.test(source.host)) {
      return "Enter a host name and optional port, for example ghcr.io or registry.example.com:5000.";
    }
  }
  return null;
}

/** Returns the problem of a platform. Empty means all platforms. */
export function platformProblem(platform: string | null): string | null {
  return platform === null || /^[a-z0-9]+\/[a-z0-9]+(\/[a-z0-9]+)?$/i.test(platform.trim())
    ? null
    : "Enter an operating system and architecture, for example linux/amd64 or linux/arm/v7.";
}

/** Returns the problem of step 2, or `null`. */
export function imagesProblem(draft: Draft): string | null {
  return (
    sourceProblem(draft.source) ??
    (draft.images.length === 0
      ? "Select at least one tag. Expand a repository to view its tags."
      : platformProblem(draft.extent.platform))
  );
}

/** Problems of ECR names by source repository. Valid names are absent. */
export function nameProblems(draft: Draft, proposals: Proposals): Map<string, string> {
  const names = repositoryNames(draft, proposals);
  const sources = new Map<string, string[]>();
  for (const [source, name] of names) {
    const same = sources.get(name);
    if (same === undefined) {
      sources.set(name, [source]);
    } else {
      same.push(source);
    }
  }
  const problems = new Map<string, string>();
  for (const [source, name] of names) {
    const problem = repositoryNameProblem(name);
    const other = sources.get(name)?.find((one) => one !== source);
    if (problem !== null) {
      problems.set(source, problem);
    } else if (other !== undefined) {
      problems.set(source, `“${other}” has the same name. Enter a unique name.`);
    }
  }
  return problems;
}

/** Returns the problem of step 3, or `null`. */
export function repositoriesProblem(draft: Draft, names: ProposedNaming): string | null {
  if (names.problems.some((problem) => problem !== null)) {
    return "Fix or remove the invalid rename rules.";
  }
  if (!names.settled) {
    return "Generating names.";
  }
  const invalid = nameProblems(draft, names.proposals).size;
  if (invalid > 0) {
    return `Fix ${formatCounted(invalid, "invalid name", "invalid names")}.`;
  }
  const settings = Object.values(draft.repositories).flatMap((choice) => choice.settings ?? []);
  return [draft.template, ...settings].every(repositorySettingsValid)
    ? null
    : "Fix the settings of new repositories.";
}
