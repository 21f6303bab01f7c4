import type {
  MigrationPlan,
  MigrationRequest,
  PlannedAction,
  PlannedImage,
  PlanTotals,
  SelectedImage,
} from "../generated";
import { fakeDestination, fakeIdentity, fakeRegistry } from "./fixtures";
import {
  image as anyImage,
  images as practiceImages,
  plan as practicePlan,
} from "./recorded/practice";

/** Plan of an image of the Docker Engine, which has no recording. */
const engineImage: PlannedImage = {
  ...anyImage,
  route: "docker_engine",
  source_digest: null,
  remarks: ["size_unpacked", "digest_changes"],
  referrer_tags: null,
  engine: {
    image_id: anyImage.source_digest ?? "",
    method: "push",
    outcome: "repacked",
    platform: null,
    index_platforms: [],
    attestations_stay: false,
  },
};

/** The recorded plan of an image, or of any image under its name if it was not recorded. */
export function recordedImage(
  { source, repositories, connection }: MigrationRequest,
  { repository, tag }: SelectedImage,
): PlannedImage {
  const recorded =
    practiceImages.find(
      ({ selected }) => selected.repository === repository && selected.tag === tag,
    ) ?? anyImage;
  const name =
    repositories.find((one) => one.source_repository === repository)?.repository_name ?? repository;
  return {
    ...(source.kind === "docker_engine" ? engineImage : recorded),
    selected: { repository, tag },
    source: `docker.io/${repository}:${tag}`,
    destination: `${fakeRegistry(connection.kind === "practice")}/${name}:${tag}`,
    repository: name,
    tag,
  };
}

type PlanChanges = Partial<Omit<MigrationPlan, "totals">> & { totals?: Partial<PlanTotals> };

/** The recorded plan with the images of the request, or with the given changes. */
export function recordedPlan(request: MigrationRequest, changes: PlanChanges = {}): MigrationPlan {
  const practice = request.connection.kind === "practice";
  const images = (
    changes.images ?? request.images.map((selected) => recordedImage(request, selected))
  ).map((image, number) => ({ ...image, image: number }));
  const actions = (...kinds: PlannedAction["kind"][]) =>
    images.filter(({ action }) => kinds.includes(action.kind));
  const copied = actions("move", "overwrite");
  const bytes = copied.reduce((sum, one) => sum + (one.size_bytes ?? 0), 0);
  const names = [...new Set(images.map(({ repository }) => repository))];
  return {
    ...practicePlan,
    identity: fakeIdentity(practice, null),
    destination: fakeDestination(practice),
    registry: fakeRegistry(practice),
    repositories: names.map((name) => ({
      name,
      uri: `${fakeRegistry(practice)}/${name}`,
      exists: false,
      settings: request.template,
      differences: [],
      lifecycle: { kind: "nothing_expires" },
    })),
    pull_quota: null,
    commands: images.map(
      ({ source, destination }) => `skopeo copy --all docker://${source} docker://${destination}`,
    ),
    ready: copied.length > 0 && actions("conflict", "refused").length === 0,
    ...changes,
    images,
    totals: {
      ...practicePlan.totals,
      repositories_to_create: names.length,
      images_to_move: copied.length,
      images_unchanged: actions("already_there", "keep_existing").length,
      conflicts: actions("conflict").length,
      refused: actions("refused").length,
      upload_bytes: bytes,
      unique_bytes: bytes,
      stored_bytes: bytes,
      mountable_bytes: 0,
      ...changes.totals,
    },
  };
}
