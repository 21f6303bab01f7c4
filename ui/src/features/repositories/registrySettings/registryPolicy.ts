/** The usual statements of a registry policy, and what can be wrong with what they are made of. */
import { accountsProblem, type Statement } from "../../../shared/repositoryPolicy";

/** What the form can add. */
export type AddedRegistryAccess = "replication" | "pull_through_cache";

/** What the user entered for a statement. */
export interface EnteredRegistryAccess {
  readonly kind: AddedRegistryAccess;
  /** An account ID, or for a pull through cache also the ARN of a user or role. */
  readonly who: string;
  /** The beginning of the names of the repositories. Empty for all. */
  readonly prefix: string;
}

/**
 * What each kind allows. `CreateRepository` is for repositories that don’t exist yet.
 * Source: Amazon ECR user guide, “Private registry policy examples”.
 */
const kinds: Record<AddedRegistryAccess, { readonly sid: string; readonly action: string }> = {
  replication: { sid: "ReplicationFrom", action: "ecr:ReplicateImage" },
  pull_through_cache: { sid: "PullThroughCacheBy", action: "ecr:BatchImportUpstreamImage" },
};

/** A statement for the repositories of a registry, whose ARN pattern is `repositories`. */
export function registryStatement(entered: EnteredRegistryAccess, repositories: string): Statement {
  const { sid, action } = kinds[entered.kind];
  const who = entered.who.trim();
  // A statement ID has letters and digits only.
  const name = (who.split("/").at(-1) ?? who).replace(/[^0-9A-Za-z]/g, "");
  return {
    Sid: `${sid}${name}`,
    Effect: "Allow",
    Principal: { AWS: who },
    Action: ["ecr:CreateRepository", action],
    Resource: repositories.replace(/\*$/, `${entered.prefix.trim()}*`),
  };
}

/** Why a statement can’t be made, or `undefined`. */
export function registryAccessProblem(
  { kind, who, prefix }: EnteredRegistryAccess,
  repositories: string,
): { readonly who?: string; readonly prefix?: string } {
  return {
    who: kind === "replication" ? accountProblem(who, repositories) : principalProblem(who),
    // Source: the pattern of `RepositoryName` in the API of ECR, without its end.
    prefix: /^([a-z0-9]+([._/-][a-z0-9]+)*[._/-]?)?$/.test(prefix.trim())
      ? undefined
      : "Enter the beginning of repository names, for example prod/ or ecr-public/.",
  };
}

function accountProblem(who: string, repositories: string): string | undefined {
  const account = who.trim();
  if (/[\s,;]/.test(account)) {
    return "Enter one account ID.";
  }
  return account === repositories.split(":")[4]
    ? "This is the account of the registry, which can replicate between its Regions anyway."
    : accountsProblem(account);
}

function principalProblem(who: string): string | undefined {
  return /^(\d{12}|arn:aws(-[a-z]+)*:iam::\d{12}:(root|(user|role)\/[\w+=,.@/-]+))$/.test(
    who.trim(),
  )
    ? undefined
    : "Enter an account ID, or the ARN of a user or role.";
}
