/** A migration request, and its plan by the fake backend. */
import type { Backend } from "../ipc";
import type { MigrationPlan, MigrationRequest } from "../ipc/generated";
import { defaultRepositorySettings } from "../shared/repositorySettings";

export function requestFor(repository: string, tag: string): MigrationRequest {
  return {
    connection: { kind: "practice" },
    source: { kind: "practice_account" },
    images: [{ repository, tag }],
    repositories: [
      {
        source_repository: repository,
        repository_name: repository.slice(repository.lastIndexOf("/") + 1),
        settings: null,
      },
    ],
    template: defaultRepositorySettings,
    choices: [],
    remove_temporary_tags: true,
    expiry_confirmed: [],
    extent: { platform: null, referrers: true },
    selection: null,
    naming: { prefix: "", rules: [] },
  };
}

export async function planOf(backend: Backend, request: MigrationRequest): Promise<MigrationPlan> {
  const plan = await backend.migrationPlan(request, "test", () => {});
  if (plan === null) {
    throw new Error("the plan was stopped");
  }
  return plan;
}
