/** Answers of the fake backend for deletions and their undo. */
import type { Backend } from "../backend";
import type {
  DeletionPlan,
  DeletionReport,
  DeletionTotals,
  ImageToDelete,
  RepositoryDeletion,
  RepositoryDeletionPlan,
  RepositoryImage,
} from "../generated";
import { fakeError } from "./error";

/** An image of a dry run that goes with itself. */
export function plannedImage(
  image: Pick<RepositoryImage, "digest" | "tags" | "kind" | "size_bytes">,
  part: Partial<ImageToDelete> = {},
): ImageToDelete {
  const { digest, tags, kind, size_bytes } = image;
  return {
    digest,
    kind,
    tags,
    goes_with: digest,
    size_bytes,
    pushed_at_ms: null,
    pulled_at_ms: null,
    is_archived: false,
    ...part,
  };
}

/** What a dry run says about a repository. */
export function plannedRepository(
  name: string,
  images: ImageToDelete[],
  part: Partial<RepositoryDeletionPlan> = {},
): RepositoryDeletionPlan {
  const bytes = images.reduce((sum, image) => sum + (image.size_bytes ?? 0), 0);
  return {
    name,
    deletes_repository: false,
    images,
    tag: null,
    kept: [],
    freed: { at_least: bytes, at_most: bytes, may_be_shared: false },
    unread_indexes: 0,
    ...part,
  };
}

/** A dry run, with its totals and confirmation as the program computes them. */
export function deletionPlanOf(
  deletion: string,
  repositories: RepositoryDeletionPlan[],
): DeletionPlan {
  const images = repositories.flatMap((one) => one.images);
  const tags = images.reduce((sum, image) => sum + image.tags.length, 0);
  const named = repositories.filter((one) => one.deletes_repository).length;
  const confirmed = tags > 0 || images.length > 100 || (named > 0 && images.length > 0);
  const only = repositories.length === 1 ? repositories[0] : undefined;
  return {
    deletion,
    destination: {
      account_id: "111122223333",
      partition: "aws",
      region: "eu-central-1",
      registry: "127.0.0.1:40123",
      ecr_endpoint: null,
      registry_endpoint: null,
    },
    repositories,
    unreadable: [],
    unread: [],
    no_undo: [],
    confirmation: confirmed ? (only?.name ?? String(images.length)) : null,
    totals: {
      repositories: named,
      images: images.length,
      tags: tags + repositories.filter((one) => one.tag !== null).length,
    },
    freed: {
      at_least: repositories.reduce((sum, one) => sum + one.freed.at_least, 0),
      at_most: repositories.reduce((sum, one) => sum + one.freed.at_most, 0),
      may_be_shared: repositories.some((one) => one.freed.may_be_shared),
    },
  };
}

/** The report of a deletion that did everything, or what `part` says about each repository. */
export function deletionReportOf(
  plan: DeletionPlan,
  part: (planned: RepositoryDeletionPlan) => Partial<RepositoryDeletion> = () => ({}),
): DeletionReport {
  const deleted: DeletionTotals = { repositories: 0, images: 0, tags: 0 };
  const repositories = plan.repositories.map((planned): RepositoryDeletion => {
    const done: RepositoryDeletion = {
      name: planned.name,
      deleted: planned.images.map(({ digest }) => digest),
      tag_deleted: planned.tag !== null,
      left: [],
      repository_deleted: planned.deletes_repository,
      error: null,
      ...part(planned),
    };
    const gone = planned.images.filter(({ digest }) => done.deleted.includes(digest));
    deleted.repositories += Number(done.repository_deleted);
    deleted.images += done.deleted.length;
    deleted.tags += Number(done.tag_deleted);
    deleted.tags += gone.reduce((sum, { tags }) => sum + tags.length, 0);
    return done;
  });
  return {
    repositories,
    planned: plan.totals,
    deleted,
    record: plan.totals.images + plan.totals.tags > 0 ? "/data/deletions/1.csv" : null,
    no_undo: [],
    stopped: false,
  };
}

/** Fake deletions: every image goes alone. */
export function fakeDeletionMethods(
  ecr: Map<string, RepositoryImage[]>,
): Pick<
  Backend,
  | "deletionPlan"
  | "deletionRun"
  | "deletionStop"
  | "deletionHistory"
  | "imageChanges"
  | "restorePlan"
  | "restoreRun"
  | "restoreStop"
> {
  const plans = new Map<string, DeletionPlan>();
  return {
    deletionPlan: async (_connection, target) => {
      const repositories =
        target.kind === "repositories"
          ? target.names.map((name) =>
              plannedRepository(
                name,
                (ecr.get(name) ?? []).map((image) => plannedImage(image)),
                { deletes_repository: true },
              ),
            )
          : target.kind === "tag"
            ? [
                plannedRepository(target.repository, [], {
                  tag: { tag: target.tag, digest: target.digest, kind: "image" },
                }),
              ]
            : [
                plannedRepository(
                  target.repository,
                  (ecr.get(target.repository) ?? [])
                    .filter(({ digest }) => target.digests.includes(digest))
                    .map((image) => plannedImage(image)),
                ),
              ];
      const plan = deletionPlanOf(`deletion-${plans.size + 1}`, repositories);
      plans.set(plan.deletion, plan);
      return plan;
    },
    deletionRun: async (deletion) => {
      const plan = plans.get(deletion);
      if (plan === undefined) {
        throw fakeError("review_unknown", "This dry run no longer exists.", deletion);
      }
      plans.delete(deletion);
      for (const { name, images, tag, deletes_repository } of plan.repositories) {
        const gone = new Set(images.map(({ digest }) => digest));
        const kept = (ecr.get(name) ?? [])
          .filter(({ digest }) => !gone.has(digest))
          .map((image) => ({
            ...image,
            tags: image.tags.filter((one) => one !== tag?.tag),
          }));
        ecr.set(name, kept);
        if (deletes_repository) {
          ecr.delete(name);
        }
      }
      return deletionReportOf(plan);
    },
    deletionStop: async () => {},
    deletionHistory: async () => [],
    imageChanges: async () => [],
    restorePlan: async (deletion) => {
      throw fakeError(
        "deletion_unknown",
        "This deletion has no record on this computer.",
        deletion,
      );
    },
    restoreRun: async (restore) => {
      throw fakeError("review_unknown", "This dry run no longer exists.", restore);
    },
    restoreStop: async () => {},
  };
}
