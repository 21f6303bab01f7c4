/** The fixed accounts, profiles, images and engines that the fake backend answers. */
import type {
  AwsConfigFile,
  AwsIdentity,
  AwsProfiles,
  DestinationIdentity,
  EngineStatus,
  PracticeStatus,
  Repository,
  RepositorySettings,
  SourceRepository,
  SourceTag,
} from "../generated";
import { plan } from "./recorded/practice";

const day = 86_400_000;

function engineTag(name: string, megabytes: number, age: number): SourceTag {
  return {
    tag: name,
    digest: null,
    platforms: ["linux/amd64"],
    size_bytes: megabytes * 1_000_000,
    updated_at_ms: Date.now() - age * day,
    pulled_at_ms: null,
  };
}

/** Images of the Docker Engine with their tags. */
export const engineRepositories: readonly SourceRepository[] = [
  {
    name: "dencold/pgcli",
    private: null,
    updated_at_ms: Date.now() - 2 * day,
    size_bytes: null,
    tags: [engineTag("latest", 512, 2)],
  },
  {
    name: "postgres",
    private: null,
    updated_at_ms: Date.now() - 20 * day,
    size_bytes: null,
    tags: [engineTag("17", 430, 20)],
  },
];

/** Settings of the first repository. */
const fakeSettings: RepositorySettings = {
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
  account_id: plan.identity.account_id,
  region: plan.identity.region,
  access_key_id: "AKIAPRACTICE00000000",
  secret_access_key: "practice-only-secret",
  hub_account: "dencold",
  hub_access_token: "practice-hub-access-token",
  hub_organizations: ["acme"],
};

/** The identity of practice mode, or of the profile `default`. */
export function fakeIdentity(practice: boolean, region: string | null): AwsIdentity {
  return practice
    ? plan.identity
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
    message: "No Docker Engine responds at unix:///var/run/docker.sock.",
    hints: [],
    causes: [],
    retryable: true,
    subject: null,
  },
};
