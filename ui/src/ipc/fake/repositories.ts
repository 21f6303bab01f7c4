import type { Backend } from "../backend";
import type {
  AwsConnection,
  RegistrySettings,
  RepositoryImage,
  TagMutabilitySetting,
} from "../generated";
import { fakeAccessMethods } from "./access";
import { fakeDeletionMethods } from "./deletion";
import { fakeError } from "./error";
import { fakeRegistry, fakeRepository } from "./fixtures";
import { noEffects, noLifecycle, singleRows } from "./repositoryRows";
import { fakeTagMethods } from "./tags";

/** Fake calls of the Repositories page. */
export function fakeRepositoryMethods(ecr: Map<string, RepositoryImage[]>) {
  const registry: RegistrySettings = {
    blob_mounting: false,
    templates: [],
    cache_rules: [],
    errors: [],
  };
  const policies = new Map<string, string>();
  const mutability = new Map<string, TagMutabilitySetting>();
  const described = (name: string, isPractice: boolean) => {
    const repository = fakeRepository(name, isPractice);
    return { ...repository, settings: { ...repository.settings, ...mutability.get(name) } };
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
      [...ecr.keys()].map((name) => described(name, practice(connection))),
    repositorySummaries: async (_connection, names) =>
      names.map((name) => {
        const { images, size, rows } = singleRows(ecr.get(name) ?? []);
        return {
          name,
          images,
          parts: 0,
          untagged: 0,
          archived: 0,
          size,
          kinds: { known: [...new Set(rows.map(({ kind }) => kind))], possible: [] },
          pushed_at_ms: null,
          pulled_at_ms: null,
        };
      }),
    repositoryDetails: async (connection, name) => {
      const images = ecr.get(name);
      if (images === undefined) {
        throw fakeError("repository_missing", `ECR has no repository ${name}.`, name);
      }
      return {
        repository: described(name, practice(connection)),
        lifecycle: { ...noLifecycle, policy: policies.get(name) ?? null },
        images,
        rows: singleRows(images),
        push_commands: [`docker push ${fakeRegistry(practice(connection))}/${name}:latest`],
      };
    },
    repositoryManifestsRead: async () => [],
    repositoryRows: async (_connection, name) => singleRows(ecr.get(name) ?? []),
    lifecycleWhatIf: async (_connection, name) => ({
      ...noEffects,
      kept: ecr.get(name)?.length ?? 0,
    }),
    repositoryCleanup: async () => ({ proposals: [], unknown: [] }),
    lifecyclePreviewStart: async () => ({ kind: "running" }),
    lifecyclePreview: async () => ({
      kind: "complete",
      expiring: 0,
      archiving: 0,
      unknown: 0,
      images: [],
      freed: noEffects.freed,
    }),
    lifecyclePolicySet: async (_connection, name, text) => {
      policies.set(name, text);
    },
    lifecyclePolicyRemove: async (_connection, name) => {
      policies.delete(name);
    },
    ...fakeAccessMethods(),
    repositoryImagesArchive: async (_connection, name, digests, isArchived) => {
      const status = isArchived ? "archived" : "activating";
      ecr.set(
        name,
        (ecr.get(name) ?? []).map((image) =>
          digests.includes(image.digest) ? { ...image, status } : image,
        ),
      );
      return { changed: digests.length, unchanged: [] };
    },
    ...fakeDeletionMethods(ecr),
    ...fakeTagMethods(ecr, mutability),
    repositoryInOtherRegion: async () => [],
    repositoryCreate: async (connection, name) => {
      ecr.set(name, []);
      return fakeRepository(name, practice(connection));
    },
  } satisfies Partial<Backend>;
}
