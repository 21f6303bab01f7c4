import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { AwsIdentity, PlanPermissions } from "../../../ipc/generated";
import { formatCounted } from "../../../shared/format";
import type { Request } from "../../../shared/useRequest";
import type { Draft } from "../wizard/draft";
import { missingKey, missingPermissions } from "../wizard/permissions";
import type { DraftAction } from "../wizard/reducer";

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
    <div data-testid="permissions-missing">
      <Alert
        type="warning"
        header={`${formatCounted(missing.length, "permission is", "permissions are")} missing`}
        action={
          <Button onClick={permissions.reload} loading={permissions.loading}>
            Check again
          </Button>
        }
      >
        <SpaceBetween size="xs">
          <div>
            As far as could be seen, {identity.arn} may not do{" "}
            {missing.map(({ action }) => action).join(", ")}. Copy the policy below for whoever
            manages the account, and check again; or choose another profile.
          </div>
          <Checkbox
            checked={draft.acceptedMissing === accepted}
            onChange={({ detail }) =>
              onChange({ type: "missing_accepted", missing: detail.checked ? accepted : null })
            }
            data-testid="permissions-accept"
          >
            Try it all the same
          </Checkbox>
        </SpaceBetween>
      </Alert>
    </div>
  );
}
