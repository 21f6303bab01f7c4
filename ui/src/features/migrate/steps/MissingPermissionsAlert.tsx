import Button from "@cloudscape-design/components/button";
import type { AwsIdentity, PlanPermissions } from "../../../ipc/generated";
import { formatCounted } from "../../../shared/format";
import type { Request } from "../../../shared/useRequest";
import type { Draft } from "../wizard/draft";
import { missingKey, missingPermissions } from "../wizard/missingPermissions";
import type { DraftAction } from "../wizard/reducer";
import { ConsentAlert } from "./ConsentAlert";

interface MissingPermissionsAlertProps {
  draft: Draft;
  onChange: (action: DraftAction) => void;
  identity: AwsIdentity;
  permissions: Request<PlanPermissions>;
}

/** Lists missing permissions. The user can continue without them. */
export function MissingPermissionsAlert({
  draft,
  onChange,
  identity,
  permissions,
}: MissingPermissionsAlertProps) {
  const missing = missingPermissions(permissions.answer);
  if (missing.length === 0) {
    return null;
  }
  const accepted = missingKey(identity, missing);
  return (
    <ConsentAlert
      header={`${formatCounted(missing.length, "permission is", "permissions are")} missing`}
      action={
        <Button onClick={permissions.reload} loading={permissions.loading}>
          Check again
        </Button>
      }
      label="Continue without these permissions"
      agreed={draft.acceptedMissing === accepted}
      onAgreed={(agreed) =>
        onChange({ type: "missing_accepted", missing: agreed ? accepted : null })
      }
      testIds={{ alert: "permissions-missing", tick: "permissions-accept" }}
    >
      According to the check, {identity.arn} isn’t allowed to perform{" "}
      {missing.map(({ action }) => action).join(", ")}. Ask the administrator of the account to add
      the policy under Permissions, then check again. Or choose another profile.
    </ConsentAlert>
  );
}
