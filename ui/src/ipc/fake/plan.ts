import type {
  ApiError,
  LifecycleForecast,
  MigrationPlan,
  MigrationRequest,
  PlannedAction,
  PlannedImage,
  PlannedReferrerTag,
  PlanRemark,
  PlanTotals,
} from "../generated";
import { fakeDestination, fakeDigest, fakeIdentity, fakeRegistry, fakeSettings } from "./data";

/** Digests in the fake ECR by `repository:tag`. */
export type Holdings = ReadonlyMap<string, string>;

/** Inputs of a fake plan besides the request. */
export interface PlanWorld {
  readonly holdings: Holdings;
  readonly repositories: ReadonlySet<string>;
  /** Errors of rejected images by source `repository:tag`. */
  readonly refused: ReadonlyMap<string, ApiError>;
  /** Referrer tags by source `repository:tag`. */
  readonly referrerTags: ReadonlyMap<string, readonly PlannedReferrerTag[]>;
  /** Images that are build caches, by `repository:tag` of the source. */
  readonly buildCaches: ReadonlySet<string>;
  /** Tag mutability of all repositories. */
  readonly overwriteAllowed: boolean;
  /** Expirations by repository. */
  readonly lifecycle: ReadonlyMap<string, LifecycleForecast>;
  /** Overrides of the plan. */
  readonly planned: Partial<Omit<MigrationPlan, "totals">> & { totals?: Partial<PlanTotals> };
}

function actionOf(
  request: MigrationRequest,
  world: PlanWorld,
  key: string,
  destination: string,
  digest: string,
): PlannedAction {
  const error = world.refused.get(key);
  if (error !== undefined) {
    return { kind: "refused", error };
  }
  const held = world.holdings.get(destination);
  if (held === undefined) {
    return { kind: "move" };
  }
  if (held === digest) {
    return { kind: "already_there" };
  }
  const choice = request.choices.find((one) => `${one.image.repository}:${one.image.tag}` === key)
    ?.resolution.kind;
  switch (choice) {
    case "keep_existing":
      return { kind: "keep_existing" };
    case "overwrite":
      return world.overwriteAllowed
        ? { kind: "overwrite" }
        : { kind: "conflict", overwrite_allowed: false };
    case "new_tag":
      return { kind: "move" };
    default:
      return { kind: "conflict", overwrite_allowed: world.overwriteAllowed };
  }
}

function remarksOf(engine: boolean, buildCache: boolean): PlanRemark[] {
  if (engine) {
    return ["size_unpacked", "digest_changes"];
  }
  return buildCache ? ["build_cache"] : [];
}

/** Creates a small plan without a network. */
export function fakePlan(plan: string, request: MigrationRequest, world: PlanWorld): MigrationPlan {
  const practice = request.connection.kind === "practice";
  const registry = fakeRegistry(practice);
  const engine = request.source.kind === "docker_engine";
  const images = request.images.map((selected, image): PlannedImage => {
    const repository =
      request.repositories.find((one) => one.source_repository === selected.repository)
        ?.repository_name ?? selected.repository;
    const key = `${selected.repository}:${selected.tag}`;
    const choice = request.choices.find(
      (one) => `${one.image.repository}:${one.image.tag}` === key,
    )?.resolution;
    const tag = choice?.kind === "new_tag" ? choice.tag : selected.tag;
    const digest = fakeDigest(key);
    return {
      image,
      selected,
      source: `docker.io/${key}`,
      destination: `${registry}/${repository}:${tag}`,
      repository,
      tag,
      route: engine ? "docker_engine" : "registry_to_registry",
      action: actionOf(request, world, key, `${repository}:${tag}`, digest),
      source_digest: engine ? null : digest,
      destination_digest: world.holdings.get(`${repository}:${tag}`) ?? null,
      platforms: ["linux/amd64"],
      size_bytes: 20_000_000,
      remarks: remarksOf(engine, world.buildCaches.has(key)),
      referrer_tags: engine ? null : [...(world.referrerTags.get(key) ?? [])],
      ...(engine && {
        engine: {
          image_id: fakeDigest(`${key} configuration`),
          way: "push" as const,
          outcome: "repacked" as const,
          platform: null,
          index_platforms: [],
          attestations_stay: false,
        },
      }),
    };
  });
  const names = [...new Set(images.map((image) => image.repository))];
  const moved = images.filter(
    (one) => one.action.kind === "move" || one.action.kind === "overwrite",
  );
  const referrers = moved.flatMap((one) => one.referrer_tags ?? []);
  const conflicts = images.filter((one) => one.action.kind === "conflict").length;
  const refused = images.filter((one) => one.action.kind === "refused").length;
  return {
    plan,
    identity: fakeIdentity(practice, null),
    destination: fakeDestination(practice),
    registry,
    repositories: names.map((name) => {
      const exists = world.repositories.has(name);
      return {
        name,
        uri: `${registry}/${name}`,
        exists,
        settings: exists ? fakeSettings : request.template,
        lifecycle: world.lifecycle.get(name) ?? { kind: "nothing_expires" },
        differences:
          exists && request.template.tag_mutability !== fakeSettings.tag_mutability
            ? [{ setting: "Tag mutability", wanted: "mutable", actual: "immutable" }]
            : [],
      };
    }),
    images,
    totals: {
      repositories_to_create: names.filter((name) => !world.repositories.has(name)).length,
      images_to_move: moved.length,
      images_unchanged: images.length - moved.length - conflicts - refused,
      conflicts,
      refused,
      upload_bytes: moved.length * 20_000_000,
      blob_mounting: null,
      unique_bytes: moved.length * 20_000_000,
      stored_bytes: moved.length * 20_000_000,
      there_bytes: 0,
      mountable_bytes: 0,
      referrer_tags: referrers.filter((one) => one.destination_digest === null).length,
      referrer_tags_kept: referrers.filter(
        (one) => one.destination_digest !== null && one.destination_digest !== one.source_digest,
      ).length,
      referrers_unknown: 0,
      ...world.planned.totals,
    },
    pull_quota: world.planned.pull_quota ?? null,
    expected: world.planned.expected ?? null,
    commands: [
      ...names.map((name) => `aws ecr create-repository --repository-name ${name}`),
      ...images.map(
        (image) => `skopeo copy --all docker://${image.source} docker://${image.destination}`,
      ),
    ],
    ready: moved.length > 0 && conflicts === 0 && refused === 0,
  };
}
