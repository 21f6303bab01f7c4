import type {
  AwsConnection,
  ImageSource,
  RenameRule,
  RepositorySettings,
  SavedProfile,
} from "../../ipc/generated";
import { connectionKey } from "../../shared/connection";
import { namespacesOf, namespacesProblem } from "../../shared/namespaces";
import { repositoryNameProblem } from "../../shared/repositoryName";
import {
  defaultRepositorySettings,
  repositorySettingsValid,
} from "../../shared/repositorySettings";

/** A saved profile as it is being typed: every field is there, whichever way the form goes. */
export interface ProfileDraft {
  readonly name: string;
  readonly practice: boolean;
  /** The AWS profile. */
  readonly awsProfile: string;
  /** The region; empty for the AWS profile's own. */
  readonly region: string;
  readonly ecrEndpoint: string;
  readonly registryEndpoint: string;
  readonly prefix: string;
  readonly renameRules: readonly RenameRule[];
  readonly template: RepositorySettings;
  readonly source: ImageSource | null;
}

/** What is wrong with a draft; a field that is fine is absent. */
export interface ProfileProblems {
  name?: string;
  awsProfile?: string;
  ecrEndpoint?: string;
  registryEndpoint?: string;
  prefix?: string;
  source?: string;
  template?: string;
}

/** Longest name of a saved profile, so that it fits a row. */
const maxNameLength = 100;
/** Longest prefix, so that room is left in the 256 characters of a name. */
const maxPrefixLength = 200;

/** The draft that a profile is edited with; nothing makes the one for a new profile. */
export function profileDraft(profile: SavedProfile | null): ProfileDraft {
  const connection = profile?.connection;
  const aws = connection?.kind === "profile" ? connection : null;
  return {
    name: profile?.name ?? "",
    practice: connection?.kind === "practice",
    awsProfile: aws?.profile ?? "",
    region: aws?.region ?? "",
    ecrEndpoint: aws?.ecr_endpoint ?? "",
    registryEndpoint: aws?.registry_endpoint ?? "",
    prefix: profile?.repository_prefix ?? "",
    renameRules: profile?.rename_rules ?? [],
    template: profile?.template ?? defaultRepositorySettings,
    source: profile?.source ?? null,
  };
}

function orNull(text: string): string | null {
  const trimmed = text.trim();
  return trimmed === "" ? null : trimmed;
}

function connectionOf(draft: ProfileDraft): AwsConnection {
  return draft.practice
    ? { kind: "practice" }
    : {
        kind: "profile",
        profile: draft.awsProfile,
        region: orNull(draft.region),
        ecr_endpoint: orNull(draft.ecrEndpoint),
        registry_endpoint: orNull(draft.registryEndpoint),
      };
}

/** What is saved for a draft. The account is forgotten when the connection became another one. */
export function savedProfile(draft: ProfileDraft, edited: SavedProfile | null): SavedProfile {
  const connection = connectionOf(draft);
  const sameConnection =
    edited !== null && connectionKey(edited.connection) === connectionKey(connection);
  return {
    id: edited?.id ?? "",
    name: draft.name.trim(),
    connection,
    account_id: sameConnection ? edited.account_id : null,
    repository_prefix: draft.prefix.trim(),
    rename_rules: [...draft.renameRules],
    template: draft.template,
    source: draft.source,
    is_default: edited?.is_default ?? false,
  };
}

/** Whether two names are one to the program: the case does not tell them apart. */
function sameName(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase();
}

/** A name near `wanted` that no profile has: `prod (copy)`, `prod (copy 2)`. */
export function copyName(wanted: string, profiles: readonly SavedProfile[]): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? `${wanted} (copy)` : `${wanted} (copy ${number})`;
    if (!profiles.some((profile) => sameName(profile.name, name))) {
      return name;
    }
  }
}

function endpointProblem(text: string, schemeNeeded: boolean): string | undefined {
  const trimmed = text.trim();
  if (trimmed === "") {
    return undefined;
  }
  const hasScheme = /^https?:\/\//.test(trimmed);
  if (schemeNeeded && !hasScheme) {
    return "Enter the whole address, such as https://vpce-1234.api.ecr.eu-west-1.vpce.amazonaws.com.";
  }
  const address = hasScheme ? trimmed : `https://${trimmed}`;
  if (/\s/.test(trimmed) || !URL.canParse(address)) {
    return "This is not an address.";
  }
  const url = new URL(address);
  if (url.username !== "" || url.password !== "") {
    return "An address holds no user name or password; sign in on the page that asks for it.";
  }
  return undefined;
}

function sourceProblem(source: ImageSource | null): string | undefined {
  if (source?.kind === "docker_hub") {
    const names = namespacesOf(source.namespace);
    return names.length === 0
      ? "Enter the user or organisation on Docker Hub."
      : (namespacesProblem(names) ?? undefined);
  }
  if (source?.kind === "ecr" && source.connection.kind === "profile") {
    return source.connection.profile.trim() === ""
      ? "Enter the AWS profile of the ECR that images come from."
      : undefined;
  }
  if (source?.kind === "registry") {
    if (source.host.trim() === "") {
      return "Enter the host of the registry, such as ghcr.io.";
    }
    if (!/^[a-zA-Z0-9.-]+(:\d{1,5})?$|^\[[0-9a-fA-F:]+\](:\d{1,5})?$/.test(source.host.trim())) {
      return "Enter the host alone, with a port where there is one: no “https://” and no path.";
    }
  }
  return undefined;
}

/** Checks a draft beside the other profiles. An empty answer means that it can be saved. */
export function profileProblems(
  draft: ProfileDraft,
  others: readonly SavedProfile[],
): ProfileProblems {
  const problems: ProfileProblems = {};
  const name = draft.name.trim();
  if (name === "") {
    problems.name = "Enter a name.";
  } else if (name.length > maxNameLength) {
    problems.name = `A name has at most ${maxNameLength} characters.`;
  } else if (others.some((profile) => sameName(profile.name, name))) {
    problems.name =
      "Another saved profile has this name. Upper and lower case do not tell them apart.";
  }

  if (!draft.practice) {
    if (draft.awsProfile === "") {
      problems.awsProfile = "Choose an AWS profile.";
    }
    const ecrEndpoint = endpointProblem(draft.ecrEndpoint, true);
    if (ecrEndpoint !== undefined) {
      problems.ecrEndpoint = ecrEndpoint;
    }
    const registryEndpoint = endpointProblem(draft.registryEndpoint, false);
    if (registryEndpoint !== undefined) {
      problems.registryEndpoint = registryEndpoint;
    }
  }

  const prefix = draft.prefix.trim();
  // Whatever a name begins with comes after the prefix, so the prefix need not end like a name.
  const prefixProblem = prefix === "" ? null : repositoryNameProblem(`${prefix}x1`);
  if (prefix.length > maxPrefixLength) {
    problems.prefix = `A prefix has at most ${maxPrefixLength} characters.`;
  } else if (prefixProblem !== null) {
    problems.prefix = prefixProblem;
  }

  const source = sourceProblem(draft.source);
  if (source !== undefined) {
    problems.source = source;
  }
  if (!repositorySettingsValid(draft.template)) {
    problems.template = "Correct the settings that are marked below.";
  }
  return problems;
}
