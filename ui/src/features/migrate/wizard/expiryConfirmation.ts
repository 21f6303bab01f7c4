/** Which lifecycle policies would expire images of a plan, and whether the user confirmed it. */
import type { MigrationPlan, PlannedRepository } from "../../../ipc/generated";
import type { Draft } from "./draft";

/** Repositories whose lifecycle policies the user must confirm. */
export function repositoriesToConfirm(plan: MigrationPlan): PlannedRepository[] {
  return plan.repositories.filter(
    ({ lifecycle }) => lifecycle.kind === "expires" || lifecycle.kind === "unreadable",
  );
}

/** Key of a confirmation. Other images or repositories require a new confirmation. */
export function expiryKey(plan: MigrationPlan): string {
  const repositories = repositoriesToConfirm(plan);
  return JSON.stringify(repositories.map(({ name, lifecycle }) => [name, lifecycle]));
}

export function confirmedRepositories(draft: Draft, plan: MigrationPlan): string[] {
  return draft.confirmedExpiry === expiryKey(plan)
    ? repositoriesToConfirm(plan).map(({ name }) => name)
    : [];
}

/** Returns why the migration can't start: a lifecycle policy isn't confirmed. */
export function expiryProblem(draft: Draft, plan: MigrationPlan): string | null {
  const open = repositoriesToConfirm(plan).length;
  return open === 0 || draft.confirmedExpiry === expiryKey(plan)
    ? null
    : `Confirm the expiration by the lifecycle ${open === 1 ? "policy" : "policies"} to start the migration.`;
}
