import type {
  AwsConfigFile,
  AwsIdentity,
  AwsProfiles,
  DestinationIdentity,
  EngineStatus,
  PracticeStatus,
  Repository,
  RepositoryImage,
  RepositorySettings,
  SourceRepository,
  SourceTag,
} from "../generated";

const day = 86_400_000;

/** A deterministic digest of a text. */
export function fakeDigest(text: string): string {
  let state = 2_166_136_261;
  let hex = "";
  for (let round = 0; round < 8; round += 1) {
    for (const character of `${round}${text}`) {
      state = Math.imul(state ^ character.charCodeAt(0), 16_777_619) >>> 0;
    }
    hex += state.toString(16).padStart(8, "0");
  }
  return `sha256:${hex}`;
}

function tag(
  repository: string,
  name: string,
  megabytes: number,
  age: number,
  platforms: string[],
): SourceTag {
  return {
    tag: name,
    digest: fakeDigest(`${repository}:${name}`),
    platforms,
    size_bytes: megabytes * 1_000_000,
    updated_at_ms: Date.now() - age * day,
    pulled_at_ms: null,
  };
}

const many = ["linux/amd64", "linux/arm64", "linux/arm/v7"];

/** Tags of the practice account, by repository. */
export const practiceTags: Readonly<Record<string, readonly SourceTag[]>> = {
  "dencold/pgcli": [
    tag("dencold/pgcli", "latest", 180, 2, many),
    tag("dencold/pgcli", "4.3.0", 180, 2, many),
    tag("dencold/pgcli", "4.2.0", 171, 90, ["linux/amd64"]),
    tag("dencold/pgcli", "3.5.0", 160, 400, ["linux/amd64"]),
  ],
  "dencold/webapp": [
    tag("dencold/webapp", "2.1.0", 92, 5, ["linux/amd64", "linux/arm64"]),
    tag("dencold/webapp", "2.0.4", 91, 31, ["linux/amd64", "linux/arm64"]),
  ],
  "dencold/Backup_Tool": [tag("dencold/Backup_Tool", "stable", 34, 700, ["linux/amd64"])],
  "dencold/broken": [tag("dencold/broken", "latest", 40, 10, ["linux/amd64"])],
};

/** Images of the Docker Engine with their tags. */
export const engineRepositories: readonly SourceRepository[] = [
  {
    name: "dencold/pgcli",
    private: null,
    updated_at_ms: Date.now() - 2 * day,
    size_bytes: null,
    tags: [tag("dencold/pgcli", "latest", 512, 2, ["linux/amd64"])],
  },
  {
    name: "postgres",
    private: null,
    updated_at_ms: Date.now() - 20 * day,
    size_bytes: null,
    tags: [tag("postgres", "17", 430, 20, ["linux/amd64"])],
  },
];

export function listed(tags: Readonly<Record<string, readonly SourceTag[]>>): SourceRepository[] {
  return Object.entries(tags).map(([name, list]) => ({
    name,
    private: name.endsWith("webapp"),
    updated_at_ms: list[0]?.updated_at_ms ?? null,
    size_bytes: list.reduce((sum, one) => sum + (one.size_bytes ?? 0), 0),
    tags: null,
  }));
}

/** Settings of the first repository. */
export const fakeSettings: RepositorySettings = {
  tag_mutability: "immutable",
  exclusion_filters: [],
  scan_on_push: true,
  encryption: { kind: "aes256" },
  tags: {},
  lifecycle: { kind: "none" },
  policy: null,
};

export function fakeRegistry(practice: boolean): string {
  return practice ? "127.0.0.1:40123" : "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
}

export function fakeDestination(practice: boolean): DestinationIdentity {
  const { account_id, partition, region } = fakeIdentity(practice, null);
  const registry = fakeRegistry(practice);
  const endpoint = practice ? `http://${registry}` : null;
  return {
    account_id,
    partition,
    region,
    registry,
    ecr_endpoint: endpoint,
    registry_endpoint: endpoint,
  };
}

export function fakeRepository(name: string, practice: boolean): Repository {
  return {
    name,
    uri: `${fakeRegistry(practice)}/${name}`,
    arn: `arn:aws:ecr:eu-west-1:123456789012:repository/${name}`,
    created_at_ms: Date.now() - 40 * day,
    settings: fakeSettings,
  };
}

/** A valid AWS configuration file, with overrides. */
export function fakeConfigFile(differs: Partial<AwsConfigFile> = {}): AwsConfigFile {
  const path = "/home/me/.aws/config";
  return { path, exists: true, problem: null, refused_by_cli: null, ...differs };
}

export const fakeProfiles: AwsProfiles = {
  profiles: [
    {
      name: "default",
      kind: "keys",
      region: "eu-west-1",
      source: "/home/me/.aws/credentials",
      problem: null,
    },
    {
      name: "prod",
      kind: "sso",
      region: "us-east-1",
      source: "/home/me/.aws/config",
      problem: null,
    },
    {
      name: "half",
      kind: "role",
      region: null,
      source: "/home/me/.aws/config",
      problem: "It names a role and no source of credentials.",
    },
  ],
  files: [fakeConfigFile(), fakeConfigFile({ path: "/home/me/.aws/credentials" })],
  ignored: [],
  preselected: null,
  environment_has_keys: false,
};

/** The valid MFA code. */
export const fakeMfaCode = "123456";

export const fakePractice: PracticeStatus = {
  ecr_endpoint: "http://127.0.0.1:40123",
  registry: "127.0.0.1:40123",
  hub: "127.0.0.1:40124",
  account_id: "000000000000",
  region: "us-east-1",
  access_key_id: "AKIAPRACTICE00000000",
  secret_access_key: "practice-only-secret",
  hub_account: "dencold",
  hub_access_token: "practice-hub-access-token",
  hub_organizations: ["acme"],
};

/** The identity of practice mode, or of the profile `default`. */
export function fakeIdentity(practice: boolean, region: string | null): AwsIdentity {
  return practice
    ? {
        account_id: fakePractice.account_id,
        arn: `arn:aws:iam::${fakePractice.account_id}:user/practice`,
        region: fakePractice.region,
        expires_at_ms: null,
        practice: true,
        partition: "aws",
        endpoints: {
          api: "127.0.0.1:40123",
          registry: fakeRegistry(true),
          fips: false,
          dual_stack: false,
        },
      }
    : {
        account_id: "123456789012",
        arn: "arn:aws:iam::123456789012:user/me",
        region: region ?? "eu-west-1",
        expires_at_ms: Date.now() + 3 * 3_600_000,
        practice: false,
        partition: "aws",
        endpoints: {
          api: `api.ecr.${region ?? "eu-west-1"}.amazonaws.com`,
          registry: fakeRegistry(false),
          fips: false,
          dual_stack: false,
        },
      };
}

export const engineUp: EngineStatus = {
  running: true,
  address: "unix:///var/run/docker.sock",
  origin: { kind: "socket", product: "Docker Engine" },
  version: "Docker Engine 28.2.2",
  keeps_digests: false,
  store: "graph_driver",
  api: "1.50",
  platform: "linux/amd64",
  tried: [
    {
      address: "unix:///var/run/docker.sock",
      origin: { kind: "socket", product: "Docker Engine" },
      outcome: "answers",
    },
  ],
  error: null,
};

export const engineDown: EngineStatus = {
  running: false,
  address: "unix:///var/run/docker.sock",
  origin: { kind: "socket", product: "Docker Engine" },
  version: null,
  keeps_digests: null,
  tried: [
    {
      address: "unix:///var/run/docker.sock",
      origin: { kind: "socket", product: "Docker Engine" },
      outcome: "no such file",
    },
    {
      address: "unix:///home/me/.docker/run/docker.sock",
      origin: { kind: "socket", product: "Docker Desktop" },
      outcome: "no such file",
    },
  ],
  error: {
    code: "engine_not_running",
    message: "No Docker Engine answers at unix:///var/run/docker.sock: no such file.",
    hints: [],
    causes: [],
    retryable: true,
    subject: null,
  },
};

/** Images of a repository with their tags. */
export function fakeImages(
  holdings: ReadonlyMap<string, string>,
  name: string,
  registry: string,
): RepositoryImage[] {
  const tagsOf = new Map<string, string[]>();
  for (const [key, digest] of holdings) {
    if (key.startsWith(`${name}:`)) {
      tagsOf.set(digest, [...(tagsOf.get(digest) ?? []), key.slice(name.length + 1)]);
    }
  }
  return [...tagsOf].map(([digest, tags]) => ({
    digest,
    tags,
    kind: "image",
    media_type: "application/vnd.oci.image.manifest.v1+json",
    size_bytes: 20_000_000,
    pushed_at_ms: Date.now(),
    pulled_at_ms: null,
    pull_commands: [`docker pull ${registry}/${name}:${tags[0]}`],
  }));
}
