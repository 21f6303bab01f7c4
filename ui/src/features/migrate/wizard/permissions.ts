import type { AwsIdentity, PlanPermission, PlanPermissions } from "../../../ipc/generated";
import { formatCounted } from "../../../shared/format";
import type { Draft } from "./draft";

/** The permissions without which the plan fails, as far as is known. */
export function missingPermissions(permissions: PlanPermissions | null): PlanPermission[] {
  return (permissions?.permissions ?? []).filter(
    ({ essential, standing }) => essential && standing.kind === "missing",
  );
}

/** What a person accepts who goes on without them; another account or another gap asks anew. */
export function missingKey(identity: AwsIdentity, missing: readonly PlanPermission[]): string {
  return [identity.account_id, ...missing.map(({ action }) => action)].join(" ");
}

/** Why Start waits: permissions are missing, and the person has not said to try it all the same. */
export function permissionsProblem(
  draft: Draft,
  identity: AwsIdentity,
  permissions: PlanPermissions | null,
): string | null {
  const missing = missingPermissions(permissions);
  return missing.length === 0 || draft.acceptedMissing === missingKey(identity, missing)
    ? null
    : `Start waits: ${formatCounted(missing.length, "permission is", "permissions are")} missing that the plan needs. Have them added, or say that you want to try it all the same.`;
}
