import type { ImageSource } from "../../../ipc/generated";
import { isHub, namespacesProblem, sourceNamespaces } from "../../../shared/namespaces";
import { repositoryNameProblem } from "../../../shared/repositoryName";
import { repositorySettingsValid } from "../../../shared/repositorySettings";
import { type Draft, type Proposals, repositoryNames } from "./draft";
import type { ProposedNaming } from "./useProposedNames";

/** What keeps a person from leaving the first step. */
export function connectionProblem(draft: Pick<Draft, "connection">): string | null {
  const connection = draft.connection;
  if (connection === null) {
    return "Choose an AWS profile, or practice.";
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

/** What is wrong with an endpoint as typed. */
export function endpointProblem(endpoint: string): string | null {
  return /\s/.test(endpoint) || endpoint === ""
    ? "An endpoint is a host or an address such as https://vpce-1.ecr.eu-west-1.vpce.amazonaws.com."
    : null;
}

/** What a source still lacks. */
export function sourceProblem(source: ImageSource | null): string | null {
  if (source === null) {
    return "Choose where the images are.";
  }
  if (isHub(source)) {
    const names = sourceNamespaces(source);
    return source.kind === "docker_hub" && names.length === 0
      ? "Sign in to Docker Hub, or enter a user or organisation."
      : namespacesProblem(names);
  }
  if (source.kind === "ecr" && source.connection.kind === "profile") {
    return source.connection.profile === ""
      ? "Choose the AWS profile of the ECR that the images are in."
      : connectionProblem({ connection: source.connection });
  }
  if (source.kind === "registry") {
    if (source.host.trim() === "") {
      return "Enter the registry's host.";
    }
    if (/[\s/]/.test(source.host)) {
      return "A registry is a host, with a port where there is one, such as ghcr.io or registry.example.com:5000.";
    }
  }
  return null;
}

/** What is wrong with a platform as typed; nothing means all of them. */
export function platformProblem(platform: string | null): string | null {
  return platform === null || /^[a-z0-9]+\/[a-z0-9]+(\/[a-z0-9]+)?$/i.test(platform.trim())
    ? null
    : "A platform is an operating system and an architecture, such as linux/amd64 or linux/arm/v7.";
}

/** What keeps a person from leaving the second step. */
export function imagesProblem(draft: Draft): string | null {
  return (
    sourceProblem(draft.source) ??
    (draft.images.length === 0
      ? "Select at least one tag. Open a repository to see its tags."
      : platformProblem(draft.extent.platform))
  );
}

/** What is wrong with each ECR name, by source repository; a name that is fine is absent. */
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
      problems.set(source, `“${other}” goes to this name too. Each needs a name of its own.`);
    }
  }
  return problems;
}

/** What keeps a person from leaving the third step. */
export function repositoriesProblem(draft: Draft, names: ProposedNaming): string | null {
  if (names.problems.some((problem) => problem !== null)) {
    return "Correct the rules that names are made by, or remove them.";
  }
  if (!names.settled) {
    return "The names are being made.";
  }
  if (nameProblems(draft, names.proposals).size > 0) {
    return "Correct the names that ECR does not take.";
  }
  const settings = Object.values(draft.repositories).flatMap((choice) => choice.settings ?? []);
  return [draft.template, ...settings].every(repositorySettingsValid)
    ? null
    : "Correct the settings of new repositories.";
}
