import type { MigrationPlan, PlannedRepository } from "../../../ipc/generated";
import { formatCounted } from "../../../shared/format";
import type { Draft } from "./draft";

/** The repositories whose lifecycle policy a person has to confirm before the migration starts. */
export function repositoriesToConfirm(plan: MigrationPlan): PlannedRepository[] {
  return plan.repositories.filter(
    ({ lifecycle }) => lifecycle.kind === "expires" || lifecycle.kind === "unreadable",
  );
}

/** What a person confirms: another image or another repository asks again. */
export function expiryKey(plan: MigrationPlan): string {
  const repositories = repositoriesToConfirm(plan);
  return JSON.stringify(repositories.map(({ name, lifecycle }) => [name, lifecycle]));
}

/** The repositories that the person confirmed for this plan. */
export function confirmedRepositories(draft: Draft, plan: MigrationPlan): string[] {
  return draft.confirmedExpiry === expiryKey(plan)
    ? repositoriesToConfirm(plan).map(({ name }) => name)
    : [];
}

/** Why Start waits: a lifecycle policy expires images, and the person has not confirmed it. */
export function expiryProblem(draft: Draft, plan: MigrationPlan): string | null {
  const open = repositoriesToConfirm(plan).length;
  return open === 0 || draft.confirmedExpiry === expiryKey(plan)
    ? null
    : `Start waits: confirm what the lifecycle ${formatCounted(open, "policy", "policies").replace(/^1 /, "")} ${open === 1 ? "does" : "do"}.`;
}
