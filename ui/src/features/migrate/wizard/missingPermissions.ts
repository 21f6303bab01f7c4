import type { AwsIdentity, PlanPermission, PlanPermissions } from "../../../ipc/generated";
import { formatCounted } from "../../../shared/format";
import type { Draft } from "./draft";

/** The permissions that are known to be missing. */
export function missingPermissions(permissions: PlanPermissions | null): PlanPermission[] {
  return (permissions?.permissions ?? []).filter(
    ({ essential, status }) => essential && status.kind === "missing",
  );
}

/** Key of an acceptance. Another account or another missing action requires a new one. */
export function missingKey(identity: AwsIdentity, missing: readonly PlanPermission[]): string {
  return [identity.account_id, ...missing.map(({ action }) => action)].join(" ");
}

/** Returns why the migration can't start: permissions are missing and not accepted. */
export function permissionsProblem(
  draft: Draft,
  identity: AwsIdentity,
  permissions: PlanPermissions | null,
): string | null {
  const missing = missingPermissions(permissions);
  return missing.length === 0 || draft.acceptedMissing === missingKey(identity, missing)
    ? null
    : `The plan requires ${formatCounted(missing.length, "missing permission", "missing permissions")}. Add the permissions, or confirm that you want to continue without them.`;
}
