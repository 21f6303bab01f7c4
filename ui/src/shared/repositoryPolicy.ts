/** Longest policy. Source: ECR's `RepositoryPolicyText`. */
export const maxPolicyLength = 10_240;

/** What somebody may do who may pull. Source: Amazon ECR user guide, "Repository policy examples". */
const pullActions = [
  "ecr:BatchCheckLayerAvailability",
  "ecr:BatchGetImage",
  "ecr:GetDownloadUrlForLayer",
];

function policyText(statement: Record<string, unknown>): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] }, null, 2);
}

/** A policy by which these AWS accounts may pull. */
export function accountsPolicy(accounts: readonly string[]): string {
  return policyText({
    Sid: "PullByAccounts",
    Effect: "Allow",
    Principal: { AWS: accounts },
    Action: pullActions,
  });
}

/** A policy by which every account of an AWS organisation may pull. */
export function organisationPolicy(organisation: string): string {
  return policyText({
    Sid: "PullByOrganisation",
    Effect: "Allow",
    Principal: "*",
    Action: pullActions,
    Condition: { StringEquals: { "aws:PrincipalOrgID": organisation } },
  });
}

/** The account ids in a text, divided by commas or blanks. */
export function accountIds(text: string): string[] {
  return text.split(/[\s,;]+/).filter((part) => part !== "");
}

/** What is wrong with account ids as typed. */
export function accountsProblem(text: string): string | undefined {
  const ids = accountIds(text);
  const wrong = ids.find((id) => !/^\d{12}$/.test(id));
  if (ids.length === 0) {
    return "Enter the id of at least one account.";
  }
  return wrong === undefined ? undefined : `“${wrong}” is no account id: those have 12 digits.`;
}

/** What is wrong with the id of an organisation as typed. Source: AWS Organizations API reference. */
export function organisationProblem(text: string): string | undefined {
  return /^o-[a-z0-9]{10,32}$/.test(text.trim())
    ? undefined
    : "The id of an organisation looks like o-a1b2c3d4e5.";
}

/** What ECR would refuse about a policy, or nothing. */
export function policyProblem(text: string): string | undefined {
  const characters = [...text.trim()].length;
  if (characters > maxPolicyLength) {
    return `A policy has at most 10,240 characters; this one has ${characters.toLocaleString("en")}.`;
  }
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    return `This is not JSON: ${error instanceof Error ? error.message : "it cannot be read"}.`;
  }
  const statement =
    typeof document === "object" && document !== null && "Statement" in document
      ? document.Statement
      : undefined;
  const statements = Array.isArray(statement) ? statement : statement ? [statement] : [];
  if (statements.length === 0) {
    return "A policy needs a “Statement” with at least one statement in it.";
  }
  const known = statements.every(
    (one: unknown) =>
      typeof one === "object" &&
      one !== null &&
      "Effect" in one &&
      (one.Effect === "Allow" || one.Effect === "Deny"),
  );
  return known ? undefined : "Every statement has the “Effect” “Allow” or “Deny”.";
}

/** What is wrong with a policy that was made ready here and lacks whom it is for. */
export function principalProblem(text: string): string | undefined {
  const made = JSON.parse(text) as { Statement?: unknown };
  const statements: unknown[] = [made.Statement].flat();
  const lacks = statements.some((one) => {
    const statement = JSON.stringify(one);
    return statement.includes('"AWS":[]') || statement.includes('"aws:PrincipalOrgID":""');
  });
  return lacks ? "Say whom the policy is for." : undefined;
}
