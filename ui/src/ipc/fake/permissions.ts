import type { MigrationPlan, PermissionPurpose, PlanPermissions } from "../generated";

const needed: readonly (readonly [string, PermissionPurpose])[] = [
  ["ecr:GetAuthorizationToken", "log_in"],
  ["ecr:DescribeRepositories", "look"],
  ["ecr:CreateRepository", "create"],
  ["ecr:InitiateLayerUpload", "push"],
  ["ecr:PutImage", "push"],
  ["ecr:DescribeImages", "prove"],
  ["ecr:GetDownloadUrlForLayer", "mount"],
];

/** Permissions of a plan, all allowed except the missing ones. */
export function fakePermissions(
  plan: MigrationPlan,
  missing: readonly string[] = [],
): PlanPermissions {
  const { region, account_id: account } = plan.identity;
  const arns = plan.repositories.map(
    ({ name }) => `arn:aws:ecr:${region}:${account}:repository/${name}`,
  );
  return {
    permissions: needed.map(([action, purpose]) => {
      const lacks = missing.includes(action);
      const resources = purpose === "log_in" ? ["*"] : arns;
      return {
        action,
        purpose,
        essential: purpose !== "mount",
        status: lacks ? { kind: "missing", denial: "not_granted" } : { kind: "allowed" },
        resources: lacks ? resources : [],
        resource_count: resources.length,
      };
    }),
    basis: plan.identity.practice ? "practice" : "simulation",
    simulation_error: null,
    policy: {
      text: JSON.stringify(
        {
          Version: "2012-10-17",
          Statement: [
            { Effect: "Allow", Action: needed.map(([action]) => action), Resource: arns },
          ],
        },
        null,
        2,
      ),
      widened: false,
    },
  };
}
