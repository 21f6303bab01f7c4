import type { Backend } from "../backend";
import type { ApiError, MigrationReport, Undone, UndoPlan, UndoTotals } from "../generated";
import { fakeDestination } from "./data";

/** Plans an undo of all images, in repositories that the migration created. */
function fakeUndoPlan(undo: string, migration: string, report: MigrationReport): UndoPlan {
  const moved = report.images.filter((image) => image.result.kind === "moved");
  const named = moved.map((image) => {
    const path = image.destination.slice(image.destination.indexOf("/") + 1);
    const colon = path.lastIndexOf(":");
    return {
      name: path.slice(0, colon),
      tag: path.slice(colon + 1),
      digest: image.pushed_digest ?? "",
    };
  });
  const repositories = [...new Set(named.map((image) => image.name))].map((name) => ({
    name,
    tags: named
      .filter((image) => image.name === name)
      .map(({ tag, digest }) => ({
        tag,
        digest,
        action: { kind: "remove" as const, image: "goes" as const },
      })),
    images_deleted: 0,
    repository: report.repositories_created.includes(name)
      ? { kind: "delete" as const }
      : { kind: "was_there" as const },
  }));
  const totals: UndoTotals = {
    tags_removed: named.length,
    tags_restored: 0,
    images_deleted: named.length,
    repositories_deleted: repositories.filter(({ repository }) => repository.kind === "delete")
      .length,
    left: 0,
  };
  const destination = fakeDestination(report.identity.practice);
  return { undo, migration, destination, repositories, totals };
}

const unknown: ApiError = {
  code: "plan_unknown",
  message: "This undo no longer exists.",
  hints: [],
  causes: [],
  retryable: false,
  subject: null,
};

/** Fake undos, which change the fake ECR. */
export class FakeUndos {
  readonly undone = new Map<string, Undone>();
  readonly methods: Pick<Backend, "migrationUndoPlan" | "migrationUndo" | "migrationUndoStop">;

  constructor(
    reportOf: (migration: string) => MigrationReport,
    holdings: Map<string, string>,
    repositories: Set<string>,
  ) {
    const planned = new Map<string, UndoPlan>();
    this.methods = {
      migrationUndoPlan: async (migration) => {
        const plan = fakeUndoPlan(`undo-${planned.size + 1}`, migration, reportOf(migration));
        planned.set(plan.undo, plan);
        return plan;
      },
      migrationUndo: async (undo, onProgress) => {
        const plan = planned.get(undo);
        if (plan === undefined) {
          throw unknown;
        }
        const { migration, totals } = plan;
        onProgress({ done: totals.tags_removed, total: totals.tags_removed });
        for (const { name, tags, repository } of plan.repositories) {
          for (const { tag } of tags) {
            holdings.delete(`${name}:${tag}`);
          }
          if (repository.kind === "delete") {
            repositories.delete(name);
          }
        }
        this.undone.set(migration, { at_ms: Date.now(), totals, cancelled: false });
        return { migration, totals, left: [], cancelled: false, journal_error: null };
      },
      migrationUndoStop: async () => {},
    };
  }
}
