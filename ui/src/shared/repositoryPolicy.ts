/** Maximum policy length. Source: ECR's `RepositoryPolicyText`. */
const maxPolicyLength = 10_240;

/** Actions required for pulling. Source: Amazon ECR user guide, "Repository policy examples". */
const pullActions = [
  "ecr:BatchCheckLayerAvailability",
  "ecr:BatchGetImage",
  "ecr:GetDownloadUrlForLayer",
];

/** A statement of a policy, with its ID. */
export type Statement = Readonly<Record<string, unknown>> & { readonly Sid: string };

function policyText(statement: Statement): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] }, null, 2);
}

function pullStatement(name: string, principal: unknown): Statement {
  return { Sid: name, Effect: "Allow", Principal: principal, Action: pullActions };
}

/** A statement that allows an AWS account to pull. */
export function accountStatement(account: string): Statement {
  return pullStatement(`PullByAccount${account}`, { AWS: account });
}

/** A statement that allows an AWS organization to pull. */
export function organizationStatement(organization: string): Statement {
  return {
    ...pullStatement("PullByOrganization", "*"),
    Condition: { StringEquals: { "aws:PrincipalOrgID": organization } },
  };
}

/**
 * Statements that allow AWS Lambda to pull for the functions of an account. Functions of another account also need
 * its identities to be allowed. Source: AWS Lambda developer guide, “Amazon ECR permissions”.
 */
export function lambdaStatements(
  account: string,
  registry: { readonly partition: string; readonly region: string; readonly account: string },
): readonly Statement[] {
  const lambda = {
    Effect: "Allow",
    Principal: { Service: "lambda.amazonaws.com" },
    Action: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
  };
  if (account === registry.account) {
    return [{ Sid: "PullByLambda", ...lambda }];
  }
  const functions = `arn:${registry.partition}:lambda:${registry.region}:${account}:function:*`;
  return [
    accountStatement(account),
    {
      Sid: `PullByLambda${account}`,
      ...lambda,
      Condition: { StringLike: { "aws:sourceArn": functions } },
    },
  ];
}

/** A policy that allows AWS accounts to pull. */
export function accountsPolicy(accounts: readonly string[]): string {
  return policyText(pullStatement("PullByAccounts", { AWS: accounts }));
}

/** A policy that allows an AWS organization to pull. */
export function organizationPolicy(organization: string): string {
  return policyText(organizationStatement(organization));
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
  if (!known) {
    return "Set the “Effect” of every statement to “Allow” or “Deny”.";
  }
  const { Version: version } = document as { Version?: unknown };
  if (version !== undefined && version !== "2012-10-17" && version !== "2008-10-17") {
    return "Set “Version” to “2012-10-17”.";
  }
  const hasOneOf = (one: object, ...names: string[]) =>
    names.filter((name) => name in one).length === 1;
  return statements.every(
    (one: object) =>
      hasOneOf(one, "Principal", "NotPrincipal") && hasOneOf(one, "Action", "NotAction"),
  )
    ? undefined
    : "Give every statement a “Principal” or “NotPrincipal”, and an “Action” or “NotAction”.";
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
