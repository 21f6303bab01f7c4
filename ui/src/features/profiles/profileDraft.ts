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

/** The form values of a saved profile. Contains the fields of all variants. */
export interface ProfileDraft {
  readonly name: string;
  readonly practice: boolean;
  readonly awsProfile: string;
  /** Empty for the region of the AWS profile. */
  readonly region: string;
  readonly ecrEndpoint: string;
  readonly registryEndpoint: string;
  readonly prefix: string;
  readonly renameRules: readonly RenameRule[];
  readonly template: RepositorySettings;
  readonly source: ImageSource | null;
}

/** Problems by field. Valid fields are absent. */
export interface ProfileProblems {
  name?: string;
  awsProfile?: string;
  ecrEndpoint?: string;
  registryEndpoint?: string;
  prefix?: string;
  source?: string;
  template?: string;
}

/** Maximum length of a profile name, so that it fits in a row. */
const maxNameLength = 100;
/** Maximum length of a prefix, so that the name fits in 256 characters. */
const maxPrefixLength = 200;

/** Returns the form values of a profile, or of a new profile. */
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

/** Converts the form values into a profile. The account is cleared if the connection changed. */
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

/** Whether the program treats two names as equal. Names aren't case-sensitive. */
function sameName(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase();
}

/** Returns an unused name: `prod (copy)`, `prod (copy 2)`. */
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
    return "Enter a URL, for example https://vpce-1234.api.ecr.eu-west-1.vpce.amazonaws.com.";
  }
  const address = hasScheme ? trimmed : `https://${trimmed}`;
  if (/\s/.test(trimmed) || !URL.canParse(address)) {
    return "Enter a valid URL.";
  }
  const url = new URL(address);
  if (url.username !== "" || url.password !== "") {
    return "Remove the user name and password from the URL.";
  }
  return undefined;
}

function sourceProblem(source: ImageSource | null): string | undefined {
  if (source?.kind === "docker_hub") {
    const names = namespacesOf(source.namespace);
    return names.length === 0
      ? "Enter a Docker Hub user or organization."
      : (namespacesProblem(names) ?? undefined);
  }
  if (source?.kind === "ecr" && source.connection.kind === "profile") {
    return source.connection.profile.trim() === "" ? "Enter the source AWS profile." : undefined;
  }
  if (source?.kind === "registry") {
    if (source.host.trim() === "") {
      return "Enter the host name of the registry, for example ghcr.io.";
    }
    if (!/^[a-zA-Z0-9.-]+(:\d{1,5})?$|^\[[0-9a-fA-F:]+\](:\d{1,5})?$/.test(source.host.trim())) {
      return "Enter only the host name and optional port, without “https://” and without a path.";
    }
  }
  return undefined;
}

/** Returns the problems of a form. Empty if it can be saved. */
export function profileProblems(
  draft: ProfileDraft,
  others: readonly SavedProfile[],
): ProfileProblems {
  const problems: ProfileProblems = {};
  const name = draft.name.trim();
  if (name === "") {
    problems.name = "Enter a name.";
  } else if (name.length > maxNameLength) {
    problems.name = `Enter up to ${maxNameLength} characters.`;
  } else if (others.some((profile) => sameName(profile.name, name))) {
    problems.name = "A saved profile with this name already exists. Names aren’t case-sensitive.";
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
  // A prefix doesn't have to end like a name.
  const prefixProblem = prefix === "" ? null : repositoryNameProblem(`${prefix}x1`);
  if (prefix.length > maxPrefixLength) {
    problems.prefix = `Enter up to ${maxPrefixLength} characters.`;
  } else if (prefixProblem !== null) {
    problems.prefix = prefixProblem;
  }

  const source = sourceProblem(draft.source);
  if (source !== undefined) {
    problems.source = source;
  }
  if (!repositorySettingsValid(draft.template)) {
    problems.template = "Fix the marked settings.";
  }
  return problems;
}
