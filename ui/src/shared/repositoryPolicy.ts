/** Maximum policy length. Source: ECR's `RepositoryPolicyText`. */
const maxPolicyLength = 10_240;

/** Actions required for pulling. Source: Amazon ECR user guide, "Repository policy examples". */
const pullActions = [
  "ecr:BatchCheckLayerAvailability",
  "ecr:BatchGetImage",
  "ecr:GetDownloadUrlForLayer",
];

function policyText(statement: Record<string, unknown>): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] }, null, 2);
}

/** A policy that allows AWS accounts to pull. */
export function accountsPolicy(accounts: readonly string[]): string {
  return policyText({
    Sid: "PullByAccounts",
    Effect: "Allow",
    Principal: { AWS: accounts },
    Action: pullActions,
  });
}

/** A policy that allows an AWS organization to pull. */
export function organizationPolicy(organization: string): string {
  return policyText({
    Sid: "PullByOrganization",
    Effect: "Allow",
    Principal: "*",
    Action: pullActions,
    Condition: { StringEquals: { "aws:PrincipalOrgID": organization } },
  });
}

/** Parses account IDs separated by commas or blanks. */
export function accountIds(text: string): string[] {
  return text.split(/[\s,;]+/).filter((part) => part !== "");
}

export function accountsProblem(text: string): string | undefined {
  const ids = accountIds(text);
  const wrong = ids.find((id) => !/^\d{12}$/.test(id));
  if (ids.length === 0) {
    return "Enter at least one account ID.";
  }
  return wrong === undefined
    ? undefined
    : `“${wrong}” isn’t a valid account ID. Account IDs have 12 digits.`;
}

/** Source of the format: AWS Organizations API reference. */
export function organizationProblem(text: string): string | undefined {
  return /^o-[a-z0-9]{10,32}$/.test(text.trim())
    ? undefined
    : "Enter an organization ID, for example o-a1b2c3d4e5.";
}

/** Returns the problem of a policy document, if any. */
export function policyProblem(text: string): string | undefined {
  const characters = [...text.trim()].length;
  if (characters > maxPolicyLength) {
    return `Enter up to 10,240 characters. This policy has ${characters.toLocaleString("en")}.`;
  }
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    return `Invalid JSON: ${error instanceof Error ? error.message : "couldn’t parse the text"}.`;
  }
  const statement =
    typeof document === "object" && document !== null && "Statement" in document
      ? document.Statement
      : undefined;
  const statements = Array.isArray(statement) ? statement : statement ? [statement] : [];
  if (statements.length === 0) {
    return "Add at least one statement to “Statement”.";
  }
  const known = statements.every(
    (one: unknown) =>
      typeof one === "object" &&
      one !== null &&
      "Effect" in one &&
      (one.Effect === "Allow" || one.Effect === "Deny"),
  );
  return known ? undefined : "Set the “Effect” of every statement to “Allow” or “Deny”.";
}

/** Returns a problem if a preset policy has no principal. */
export function principalProblem(text: string): string | undefined {
  const made = JSON.parse(text) as { Statement?: unknown };
  const statements: unknown[] = [made.Statement].flat();
  const lacks = statements.some((one) => {
    const statement = JSON.stringify(one);
    return statement.includes('"AWS":[]') || statement.includes('"aws:PrincipalOrgID":""');
  });
  return lacks ? "Enter the accounts or the organization of the policy." : undefined;
}
