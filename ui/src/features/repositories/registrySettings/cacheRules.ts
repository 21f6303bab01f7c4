/** The upstream registries of pull through cache rules: what each needs, and what can be wrong with a rule. */
import type { RegistryCacheRule, UpstreamRegistry } from "../../../ipc/generated";
import { isKnown, reportedText } from "../../../shared/reported";
import { cacheRuleLimitProblem } from "./registryLimits";

/** What a rule needs to pull from its upstream. */
type UpstreamLogin = "none" | "secret" | "role";

interface Upstream {
  readonly label: string;
  /** The host, or `null` if it is entered. */
  readonly host: string | null;
  readonly login: UpstreamLogin;
  /** The prefix that the ECR console proposes. */
  readonly prefix: string;
  /** A repository of the registry, for the example. */
  readonly repository: string;
}

/** Source: Amazon ECR user guide, “Sync an upstream registry with an Amazon ECR private registry”. */
export const upstreams: Readonly<Record<UpstreamRegistry, Upstream>> = {
  docker_hub: {
    label: "Docker Hub",
    host: "registry-1.docker.io",
    login: "secret",
    prefix: "docker-hub",
    repository: "library/nginx",
  },
  github: {
    label: "GitHub Container Registry",
    host: "ghcr.io",
    login: "secret",
    prefix: "github",
    repository: "owner/app",
  },
  gitlab: {
    label: "GitLab Container Registry",
    host: "registry.gitlab.com",
    login: "secret",
    prefix: "gitlab",
    repository: "group/app",
  },
  azure: {
    label: "Microsoft Azure Container Registry",
    host: null,
    login: "secret",
    prefix: "azure",
    repository: "team/app",
  },
  chainguard: {
    label: "Chainguard Registry",
    host: "cgr.dev",
    login: "secret",
    prefix: "chainguard",
    repository: "organization/nginx",
  },
  quay: {
    label: "Quay",
    host: "quay.io",
    login: "none",
    prefix: "quay",
    repository: "prometheus/prometheus",
  },
  kubernetes: {
    label: "Kubernetes container registry",
    host: "registry.k8s.io",
    login: "none",
    prefix: "kubernetes",
    repository: "pause",
  },
  ecr_public: {
    label: "Amazon ECR Public",
    host: "public.ecr.aws",
    login: "none",
    prefix: "ecr-public",
    repository: "nginx/nginx",
  },
  ecr: {
    label: "Amazon ECR, another account or Region",
    host: null,
    login: "role",
    prefix: "ecr",
    repository: "team/app",
  },
};

/** The prefix for all repositories without a rule of their own. */
export const root = "ROOT";

/** What the form for a new rule holds. */
export interface EnteredCacheRule {
  readonly registry: UpstreamRegistry;
  readonly host: string;
  readonly prefix: string;
  readonly upstreamPrefix: string;
  readonly secret: string;
  readonly role: string;
}

export function newCacheRule(registry: UpstreamRegistry): EnteredCacheRule {
  const { prefix } = upstreams[registry];
  return { registry, host: "", prefix, upstreamPrefix: "", secret: "", role: "" };
}

/** The rule that is created. */
export function cacheRuleOf(entered: EnteredCacheRule): RegistryCacheRule {
  const { registry } = entered;
  const { host, login } = upstreams[registry];
  const given = (text: string) => (text.trim() === "" ? null : text.trim());
  const upstreamPrefix = given(entered.upstreamPrefix);
  return {
    prefix: entered.prefix.trim().replace(/\/+$/, ""),
    registry,
    upstream: host ?? entered.host.trim(),
    upstream_prefix: registry === "ecr" && upstreamPrefix !== root ? upstreamPrefix : null,
    secret: login === "secret" ? given(entered.secret) : null,
    role: login === "role" ? given(entered.role) : null,
    created_at_ms: null,
  };
}

/** Problems by field. Valid fields are absent. */
export interface CacheRuleProblems {
  host?: string;
  prefix?: string;
  upstreamPrefix?: string;
  secret?: string;
  role?: string;
}

/**
 * Source: the pattern of `PullThroughCacheRuleRepositoryPrefix` in the API of ECR, which has 2 to 30
 * characters, and of template prefixes, which have up to 256.
 */
const prefixPattern = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/;

export function prefixProblem(text: string, least: number, most: number): string | undefined {
  const prefix = text.trim().replace(/\/+$/, "");
  if (prefix === root) {
    return undefined;
  }
  if (prefix.length < least || prefix.length > most) {
    return `Enter ${least} to ${most} characters, or ${root} for all other repositories.`;
  }
  return prefixPattern.test(prefix)
    ? undefined
    : "Use lowercase letters and digits, separated by “/”, “.”, “_”, or “-”.";
}

/** The account and Region of the registry, from the ARN pattern of its repositories. */
export function registryOf(repositories: string): { account: string; region: string } {
  const [, , , region = "", account = ""] = repositories.split(":");
  return { account, region };
}

/** Why ECR couldn't read a secret, or `undefined`. */
export function secretProblem(arn: string, repositories: string): string | undefined {
  const found =
    /^arn:aws(?:-\w+)*:secretsmanager:([a-z0-9-]+):(\d{12}):secret:ecr-pullthroughcache\/[a-zA-Z0-9/_+=.@-]+$/.exec(
      arn.trim(),
    );
  if (found === null) {
    return "Enter the ARN of a secret whose name begins with ecr-pullthroughcache/.";
  }
  const { account, region } = registryOf(repositories);
  return found[1] === region && found[2] === account
    ? undefined
    : `The secret must be in this account and Region, ${account} and ${region}.`;
}

/** Why ECR couldn't assume a role, or `undefined`. `account` is the one of the registry. */
export function roleProblem(arn: string, repositories: string): string | undefined {
  const found = /^arn:aws(?:-[a-z]+)*:iam::(\d{12}):role\/[\w+=,.@/-]+$/.exec(arn.trim());
  if (found === null) {
    return "Enter the ARN of a role, such as arn:aws:iam::111122223333:role/ecr-cache.";
  }
  const { account } = registryOf(repositories);
  return found[1] === account ? undefined : `The role must be in this account, ${account}.`;
}

function hostProblem(registry: UpstreamRegistry, host: string): string | undefined {
  const text = host.trim();
  if (registry === "azure") {
    return /^[a-z0-9-]+\.azurecr\.io$/.test(text)
      ? undefined
      : "Enter the host, such as myregistry.azurecr.io.";
  }
  return /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.(com|com\.cn|eu)$/.test(text)
    ? undefined
    : "Enter the host, such as 111122223333.dkr.ecr.us-east-1.amazonaws.com.";
}

export function cacheRuleProblems(
  entered: EnteredCacheRule,
  repositories: string,
  existing: readonly RegistryCacheRule[],
): CacheRuleProblems {
  const { registry } = entered;
  const { host, login } = upstreams[registry];
  const rule = cacheRuleOf(entered);
  const problems: CacheRuleProblems = {};
  const put = (field: keyof CacheRuleProblems, problem: string | undefined) => {
    if (problem !== undefined) {
      problems[field] = problem;
    }
  };
  if (host === null) {
    put("host", hostProblem(registry, entered.host));
  }
  put("prefix", prefixProblem(entered.prefix, 2, 30));
  if (existing.some(({ prefix }) => prefix === rule.prefix)) {
    put("prefix", "A rule with this prefix already exists.");
  }
  put("prefix", cacheRuleLimitProblem(existing.length));
  if (rule.upstream_prefix !== null) {
    put(
      "upstreamPrefix",
      rule.prefix === root
        ? `ECR allows it only with a prefix other than ${root}.`
        : prefixProblem(rule.upstream_prefix, 2, 30),
    );
  }
  if (login === "secret") {
    put("secret", secretProblem(entered.secret, repositories));
  }
  if (login === "role") {
    const isOwn = rule.upstream.startsWith(`${registryOf(repositories).account}.`);
    if (rule.role !== null) {
      put("role", roleProblem(rule.role, repositories));
    } else if (!isOwn) {
      put("role", "ECR needs a role to pull from another account.");
    }
  }
  return problems;
}

/** Which repository of the upstream a repository of the registry is: an example. */
export function cacheRuleExample(rule: RegistryCacheRule): string {
  const { repository, label } =
    rule.registry !== null && isKnown(rule.registry)
      ? upstreams[rule.registry]
      : { repository: "team/app", label: rule.upstream };
  const own = rule.prefix === root ? repository : `${rule.prefix}/${repository}`;
  const upstream =
    rule.upstream_prefix === null ? repository : `${rule.upstream_prefix}/${repository}`;
  return `A pull of ${own} fetches ${upstream} from ${label}.`;
}

/** The upstream of a rule: its name and host. */
export function upstreamText({ registry, upstream, upstream_prefix }: RegistryCacheRule): string {
  const path = upstream_prefix === null ? upstream : `${upstream}/${upstream_prefix}`;
  if (registry === null) {
    return path;
  }
  return `${reportedText(registry, (known) => (known === "ecr" ? "Amazon ECR" : upstreams[known].label))} (${path})`;
}

/** What ECR can change of a rule, or `null`. A rule can have a login that its upstream doesn't need. */
export function changeableLogin(rule: RegistryCacheRule): "secret" | "role" | null {
  const { registry } = rule;
  const login = registry !== null && isKnown(registry) ? upstreams[registry].login : "none";
  if (login !== "none") {
    return login;
  }
  return rule.secret !== null ? "secret" : rule.role !== null ? "role" : null;
}

/** How ECR authenticates to the upstream of a rule. */
export function loginText({ secret, role }: RegistryCacheRule): string {
  if (secret !== null) {
    return `Secret ${secret.split(/:secret:(?:ecr-pullthroughcache\/)?/).at(-1) ?? secret}`;
  }
  return role !== null ? `Role ${role.split("/").at(-1) ?? role}` : "No login";
}

export function cacheRuleName({ prefix }: RegistryCacheRule): string {
  return prefix === root ? "all other repositories" : prefix;
}
