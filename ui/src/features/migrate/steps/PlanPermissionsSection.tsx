import Box from "@cloudscape-design/components/box";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { type ErrorActions, ErrorAlert } from "../../../errors";
import type {
  PermissionBasis,
  PermissionDenial,
  PermissionPurpose,
  PlanPermission,
  PlanPermissions,
} from "../../../ipc/generated";
import { formatCount, formatCounted } from "../../../shared/format";
import { PolicyText } from "../../../shared/PolicyText";
import { StatusText } from "../../../shared/StatusText";
import type { Request } from "../../../shared/useRequest";
import { missingPermissions } from "../wizard/permissions";

interface PlanPermissionsSectionProps {
  permissions: Request<PlanPermissions>;
  errorActions: ErrorActions;
}

const purposes: Record<PermissionPurpose, string> = {
  log_in: "Log in to the registry",
  look: "See what is there",
  create: "Create repositories",
  push: "Send images",
  prove: "Prove what arrived",
  forecast: "See what lifecycle policies expire; without it that stays unknown",
  mount: "Share layers between repositories; without it they are sent again",
};

const denials: Record<PermissionDenial, string> = {
  not_granted: "No policy allows it",
  denied: "A policy denies it",
  organization: "A policy of the organisation does not allow it",
  boundary: "The permissions boundary does not allow it",
  call_refused: "A call that only reads was refused",
};

const bases: Record<PermissionBasis, string> = {
  practice: "Practice allows everything.",
  simulation:
    "As far as IAM says: it simulated the policies of the caller. It does not see policies of repositories and keys, nor every policy of the organisation.",
  calls:
    "This identity may not ask IAM (iam:SimulatePrincipalPolicy), so calls that only read were tried. What only a write would tell is unknown, and no reason not to start.",
  root: "The root user may do everything in its account.",
};

/** `app` of the ARN of a repository; other ARNs whole. */
function shortResource(arn: string): string {
  return arn.split(":repository/")[1] ?? arn;
}

function Standing({ permission: { standing } }: { permission: PlanPermission }) {
  switch (standing.kind) {
    case "allowed":
      return <StatusIndicator type="success">Allowed</StatusIndicator>;
    case "missing":
      return <StatusText type="error">Missing: {denials[standing.denial]}</StatusText>;
    case "unknown":
      return (
        <StatusText type="info">
          {standing.doubt === "conditions"
            ? `Unknown: depends on ${standing.conditions.join(", ")}`
            : standing.doubt === "other_policy"
              ? "Unknown: the policy of the key may allow it"
              : "Unknown"}
        </StatusText>
      );
  }
}

function rank({ standing }: PlanPermission): number {
  return { missing: 0, unknown: 1, allowed: 2 }[standing.kind];
}

function summary(permissions: readonly PlanPermission[]): string {
  const count = (kind: string) =>
    permissions.filter(({ standing }) => standing.kind === kind).length;
  const parts = [`${formatCount(count("allowed"))} allowed`];
  if (count("missing") > 0) {
    parts.unshift(`${formatCount(count("missing"))} missing`);
  }
  if (count("unknown") > 0) {
    parts.push(`${formatCount(count("unknown"))} unknown`);
  }
  return parts.join(", ");
}

/** Whether the caller may do what the plan would do, and the policy that allows it. */
export function PlanPermissionsSection({ permissions, errorActions }: PlanPermissionsSectionProps) {
  const answer = permissions.answer;
  const missing = missingPermissions(answer);
  const rows = [...(answer?.permissions ?? [])].sort((one, other) => rank(one) - rank(other));
  return (
    <SpaceBetween size="l">
      {permissions.error !== null && (
        <ErrorAlert
          error={permissions.error}
          actions={{ ...errorActions, retry: permissions.reload }}
        />
      )}
      <ExpandableSection
        key={missing.length > 0 ? "missing" : "fine"}
        variant="container"
        headerText="Permissions"
        headerDescription="What this plan needs to be allowed, checked without writing anything."
        headerActions={
          <span data-testid="permissions-summary">
            {answer === null || permissions.loading ? (
              permissions.error === null && (
                <StatusIndicator type="loading">Asking AWS</StatusIndicator>
              )
            ) : (
              <StatusIndicator type={missing.length > 0 ? "warning" : "success"}>
                {summary(answer.permissions)}
              </StatusIndicator>
            )}
          </span>
        }
        defaultExpanded={missing.length > 0}
        data-testid="permissions"
      >
        {answer !== null && (
          <SpaceBetween size="m">
            <Table
              variant="embedded"
              items={rows}
              trackBy="action"
              columnDefinitions={[
                {
                  id: "action",
                  header: "Action",
                  cell: ({ action }) => <Box variant="code">{action}</Box>,
                  isRowHeader: true,
                },
                {
                  id: "standing",
                  header: "Allowed",
                  cell: (permission) => (
                    <span
                      data-testid={`permission-${permission.action}`}
                      data-standing={permission.standing.kind}
                    >
                      <Standing permission={permission} />
                    </span>
                  ),
                },
                {
                  id: "purpose",
                  header: "What for",
                  cell: ({ purpose }) => purposes[purpose],
                },
                {
                  id: "resources",
                  header: "On",
                  cell: (permission) => <Resources permission={permission} />,
                },
              ]}
              wrapLines
              ariaLabels={{ tableLabel: "Permissions that the plan needs" }}
            />
            <Box variant="small">{bases[answer.basis]}</Box>
            <ExpandableSection
              headerText="Policy for the administrator"
              defaultExpanded={missing.length > 0}
              data-testid="permissions-policy"
            >
              <SpaceBetween size="xs">
                <div>
                  {answer.policy.widened
                    ? "It allows just what this plan needs; it names folders of repositories, since all their names are more than one IAM policy takes."
                    : "It allows just what this plan needs, on just these repositories."}
                </div>
                <PolicyText policy={answer.policy.text} />
              </SpaceBetween>
            </ExpandableSection>
          </SpaceBetween>
        )}
      </ExpandableSection>
    </SpaceBetween>
  );
}

/** What a standing is of: names where it is not allowed, a count where it is. */
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
