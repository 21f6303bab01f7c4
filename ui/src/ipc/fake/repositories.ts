import type { Backend } from "../backend";
import type { AwsConnection, RegistrySettings } from "../generated";
import type { FakeOptions } from "./contract";
import { fakeDigest, fakeImages, fakeRegistry, fakeRepository } from "./data";
import { fakeDeletions } from "./deletions";
import { fakeError } from "./error";

type RepositoryMethods =
  | "registrySettings"
  | "registryOfferCommands"
  | "registryOfferAccept"
  | "repositoriesList"
  | "repositorySummaries"
  | "repositoryDetails"
  | "repositoryIndexEntries"
  | "repositoryImagesDelete"
  | "repositoryDelete"
  | "repositoryInOtherRegion"
  | "repositoryCreate";

/** Content of a fake ECR. */
export interface FakeEcr {
  readonly holdings: Map<string, string>;
  readonly repositories: Set<string>;
}

/** Fake calls of the Repositories page. */
export function fakeRepositoryMethods(
  options: FakeOptions,
  { holdings, repositories }: FakeEcr,
): Pick<Backend, RepositoryMethods> {
  const registry: RegistrySettings = {
    blob_mounting: false,
    templates: [],
    cache_rules: [],
    errors: [],
  };
  const practice = (connection: AwsConnection) => connection.kind === "practice";
  return {
    registrySettings: async () => registry,
    registryOfferCommands: async (_connection, offer) => [
      offer.kind === "blob_mounting"
        ? "aws ecr put-account-setting --name BLOB_MOUNTING --value ENABLED"
        : `aws ecr create ${offer.kind} --prefix ${offer.prefix}`,
    ],
    registryOfferAccept: async (_connection, offer) => {
      if (offer.kind === "blob_mounting") {
        registry.blob_mounting = true;
      } else if (offer.kind === "create_on_push") {
        registry.templates?.push({ prefix: offer.prefix, on_push: true });
      } else {
        registry.cache_rules?.push({ prefix: offer.prefix, upstream: "registry-1.docker.io" });
      }
    },

    repositoriesList: async (connection) =>
      [...repositories].map((name) => fakeRepository(name, practice(connection))),
    repositorySummaries: async (_connection, names) =>
      names.map((name) => {
        const images = fakeImages(holdings, name, "").length;
        return { name, images, size_bytes: images * 20_000_000 };
      }),
    repositoryDetails: async (connection, name) => {
      if (!repositories.has(name)) {
        throw fakeError("repository_missing", `ECR has no repository ${name}.`, name);
      }
      const registry = fakeRegistry(practice(connection));
      return {
        repository: fakeRepository(name, practice(connection)),
        lifecycle_policy: null,
        images: fakeImages(holdings, name, registry),
        push_commands: [`docker push ${registry}/${name}:latest`],
      };
    },
    repositoryIndexEntries: async (_connection, name, digest) =>
      ["linux/amd64", "linux/arm64"].map((platform) => ({
        digest: fakeDigest(`${name}${digest}${platform}`),
        platform,
        kind: "image",
        size_bytes: 10_000_000,
      })),

    ...fakeDeletions(holdings, repositories),

    repositoryInOtherRegion: async () => [...(options.elsewhere ?? [])],
    repositoryCreate: async (connection, name) => {
      repositories.add(name);
      return fakeRepository(name, practice(connection));
    },
  };
}
