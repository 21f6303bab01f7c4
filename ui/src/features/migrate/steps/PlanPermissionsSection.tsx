import Box from "@cloudscape-design/components/box";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { ErrorAlert } from "../../../errors";
import type {
  PermissionBasis,
  PermissionDenialReason,
  PermissionPurpose,
  PlanPermission,
  PlanPermissions,
} from "../../../ipc/generated";
import { formatCount, formatCounted } from "../../../shared/format";
import { PagedTable } from "../../../shared/PagedTable";
import { PolicyText } from "../../../shared/PolicyText";
import { StatusText } from "../../../shared/StatusText";
import type { Request } from "../../../shared/useRequest";

interface PlanPermissionsSectionProps {
  permissions: Request<PlanPermissions>;
}

const purposes: Record<PermissionPurpose, string> = {
  log_in: "Log in to the registry",
  look: "Read the current state",
  create: "Create repositories",
  push: "Push images",
  prove: "Verify images",
  forecast: "Evaluate lifecycle policies (optional)",
  mount: "Mount layers from other repositories (optional)",
};

const denials: Record<PermissionDenialReason, string> = {
  not_granted: "No policy allows the action",
  denied: "A policy denies the action",
  organization: "A service control policy doesn’t allow the action",
  boundary: "The permissions boundary doesn’t allow the action",
  call_refused: "A read request was denied",
};

const bases: Record<PermissionBasis, string> = {
  practice: "Practice mode allows all actions.",
  simulation:
    "Result of the IAM policy simulator for this identity. The simulator doesn’t evaluate repository policies, key policies, and all policies of the organization.",
  calls:
    "This identity isn’t allowed to simulate policies (iam:SimulatePrincipalPolicy), so Transload tested read requests. Write permissions are unknown. You can start the migration.",
  root: "The root user has all permissions in its account.",
};

/** Returns the repository name of an ARN, or the ARN. */
function shortResource(arn: string): string {
  return arn.split(":repository/")[1] ?? arn;
}

function PermissionStatusText({ permission: { status } }: { permission: PlanPermission }) {
  switch (status.kind) {
    case "allowed":
      return <StatusText type="success">Allowed</StatusText>;
    case "missing":
      return <StatusText type="error">Missing: {denials[status.denial]}</StatusText>;
    case "unknown":
      return (
        <StatusText type="info">
          {status.doubt === "conditions"
            ? `Unknown: depends on ${status.conditions.join(", ")}`
            : status.doubt === "other_policy"
              ? "Unknown: the key policy may allow the action"
              : "Unknown"}
        </StatusText>
      );
  }
}

function rank({ status }: PlanPermission): number {
  return { missing: 0, unknown: 1, allowed: 2 }[status.kind];
}

/** Number of permissions by result. */
export function permissionsSummary(permissions: readonly PlanPermission[]): string {
  const count = (kind: string) => permissions.filter(({ status }) => status.kind === kind).length;
  const parts = [`${formatCount(count("allowed"))} allowed`];
  if (count("missing") > 0) {
    parts.unshift(`${formatCount(count("missing"))} missing`);
  }
  if (count("unknown") > 0) {
    parts.push(`${formatCount(count("unknown"))} unknown`);
  }
  return parts.join(", ");
}

/** Shows the result of the permission check and the required policy. */
export function PlanPermissionsSection({ permissions }: PlanPermissionsSectionProps) {
  const answer = permissions.answer;
  const rows = [...(answer?.permissions ?? [])].sort((one, other) => rank(one) - rank(other));
  return (
    <SpaceBetween size="l">
      {permissions.error !== null && (
        <ErrorAlert error={permissions.error} actions={{ retry: permissions.reload }} />
      )}
      {answer === null && permissions.error === null && (
        <StatusText type="loading">Checking permissions</StatusText>
      )}
      <div data-testid="permissions">
        {answer !== null && (
          <SpaceBetween size="m">
            <PagedTable
              name="plan-permissions"
              variant="embedded"
              items={rows}
              trackBy="action"
              columnDefinitions={[
                {
                  id: "action",
                  header: "Action",
                  width: 265,
                  minWidth: 260,
                  grow: 1,
                  cell: ({ action }) => <Box variant="code">{action}</Box>,
                  isRowHeader: true,
                },
                {
                  id: "status",
                  header: "Allowed",
                  width: 180,
                  minWidth: 115,
                  grow: 1,
                  cell: (permission) => (
                    <span
                      data-testid={`permission-${permission.action}`}
                      data-status={permission.status.kind}
                    >
                      <PermissionStatusText permission={permission} />
                    </span>
                  ),
                },
                {
                  id: "purpose",
                  header: "Purpose",
                  width: 190,
                  minWidth: 120,
                  grow: 1,
                  cell: ({ purpose }) => purposes[purpose],
                },
                {
                  id: "resources",
                  header: "Resource",
                  width: 190,
                  minWidth: 110,
                  grow: 1,
                  cell: (permission) => <Resources permission={permission} />,
                },
              ]}
              wrapLines
              ariaLabels={{ tableLabel: "Required permissions" }}
            />
            <Box variant="small">{bases[answer.basis]}</Box>
            <ExpandableSection
              headerText="Required IAM policy"
              defaultExpanded
              data-testid="permissions-policy"
            >
              <SpaceBetween size="xs">
                <div>
                  {answer.policy.widened
                    ? "Allows only what this plan requires. The policy uses wildcards, because the repository names exceed the size limit of an IAM policy."
                    : "Allows only what this plan requires, for these repositories."}
                </div>
                <PolicyText policy={answer.policy.text} />
              </SpaceBetween>
            </ExpandableSection>
          </SpaceBetween>
        )}
      </div>
    </SpaceBetween>
  );
}

/** The resources of a permission: their names, or a count if all are allowed. */
function Resources({ permission: { resources, resource_count } }: { permission: PlanPermission }) {
  if (resources.length === 0) {
    return <span>{formatCounted(resource_count, "resource", "resources")}</span>;
  }
  const more = resource_count - resources.length;
  return (
    <span style={{ overflowWrap: "anywhere" }}>
      {resources.map((arn) => (arn === "*" ? "everything" : shortResource(arn))).join(", ")}
      {more > 0 && ` and ${formatCount(more)} more`}
    </span>
  );
}
