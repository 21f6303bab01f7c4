import Button from "@cloudscape-design/components/button";
import type { AwsIdentity, PlanPermissions } from "../../../ipc/generated";
import { formatCounted } from "../../../shared/format";
import type { Request } from "../../../shared/useRequest";
import type { Draft } from "../wizard/draft";
import { missingKey, missingPermissions } from "../wizard/permissions";
import type { DraftAction } from "../wizard/reducer";
import { ConsentAlert } from "./ConsentAlert";

interface MissingPermissionsAlertProps {
  draft: Draft;
  onChange: (action: DraftAction) => void;
  identity: AwsIdentity;
  permissions: Request<PlanPermissions>;
}

/** What the plan needs and the caller may not do, and the way on. */
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
      label="Try it all the same"
      agreed={draft.acceptedMissing === accepted}
      onAgreed={(agreed) =>
        onChange({ type: "missing_accepted", missing: agreed ? accepted : null })
      }
      testIds={{ alert: "permissions-missing", tick: "permissions-accept" }}
    >
      As far as could be seen, {identity.arn} may not do{" "}
      {missing.map(({ action }) => action).join(", ")}. Copy the policy below for whoever manages
      the account, and check again; or choose another profile.
    </ConsentAlert>
  );
}
