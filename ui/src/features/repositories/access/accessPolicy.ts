/** Changes of a repository policy that the form makes in its JSON, and how two policies differ. */
import type { Exposure, StatementWords } from "../../../ipc/generated";
import {
  accountStatement,
  lambdaStatements,
  organizationStatement,
  type Statement,
} from "../../../shared/repositoryPolicy";

/** Characters that can’t be seen or that change the direction of the text around them. */
const hidden = /[\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Formats JSON, with hidden characters as escapes, which mean the same. Returns other text unchanged. */
export function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2).replace(
      hidden,
      (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
  } catch {
    return text;
  }
}

interface PolicyDocument {
  readonly Version?: unknown;
  readonly Statement: readonly unknown[];
}

/** Reads a policy, or starts one where the text is empty. `null` if the text isn’t a policy. */
function readPolicy(text: string): PolicyDocument | null {
  if (text.trim() === "") {
    return { Version: "2012-10-17", Statement: [] };
  }
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document !== "object" || document === null || !("Statement" in document)) {
      return null;
    }
    return { ...document, Statement: [document.Statement].flat() };
  } catch {
    return null;
  }
}

function writePolicy(document: PolicyDocument): string {
  return JSON.stringify(document, null, 2);
}

/** Adds statements to a policy. `null` if the text isn’t a policy. */
export function withStatements(text: string, statements: readonly Statement[]): string | null {
  const document = readPolicy(text);
  if (document === null) {
    return null;
  }
  const all = [...document.Statement];
  for (const statement of statements) {
    all.push({ ...statement, Sid: freeSid(statement.Sid, all) });
  }
  return writePolicy({ ...document, Statement: all });
}

/** The statement ID itself, or with a number if a statement has it. Each ID occurs only once in a policy. */
function freeSid(sid: string, statements: readonly unknown[]): string {
  const taken = new Set(statements.map((one) => (one as Partial<Statement> | null)?.Sid));
  let free = sid;
  for (let number = 2; taken.has(free); number++) {
    free = `${sid}${number}`;
  }
  return free;
}

/** Removes a statement from a policy. The last one leaves an empty text. */
export function withoutStatement(text: string, place: number): string {
  const document = readPolicy(text);
  if (document === null) {
    return text;
  }
  const left = document.Statement.filter((_, at) => at !== place);
  return left.length === 0 ? "" : writePolicy({ ...document, Statement: left });
}

/** What the form can add. */
export type AddedAccess = "account" | "organization" | "lambda";

/** The registry of a repository, from its ARN. */
export function registryOf(arn: string): { partition: string; region: string; account: string } {
  const [, partition = "aws", , region = "", account = ""] = arn.split(":");
  return { partition, region, account };
}

/** The statements that let somebody pull. */
export function addedStatements(kind: AddedAccess, id: string, arn: string): readonly Statement[] {
  switch (kind) {
    case "account":
      return [accountStatement(id)];
    case "organization":
      return [organizationStatement(id)];
    case "lambda":
      return lambdaStatements(id, registryOf(arn));
  }
}

/** The differences between the statements of two policies. */
interface StatementChanges {
  readonly removed: readonly StatementWords[];
  readonly added: readonly StatementWords[];
  readonly unchanged: readonly StatementWords[];
}

/** Compares the statements of two policies. Their order means nothing. */
export function statementChanges(
  before: readonly StatementWords[],
  after: readonly StatementWords[],
): StatementChanges {
  const left = [...before];
  const added: StatementWords[] = [];
  const unchanged: StatementWords[] = [];
  for (const statement of after) {
    const at = left.findIndex(({ json }) => json === statement.json);
    if (at === -1) {
      added.push(statement);
    } else {
      unchanged.push(statement);
      left.splice(at, 1);
    }
  }
  return { removed: left, added, unchanged };
}

/** How far a statement reaches, for its status. `error` is for access by anybody. */
const reaches: Record<
  Exposure,
  { readonly type: "error" | "warning" | "info" | "success"; readonly text: string }
> = {
  everyone: { type: "error", text: "Every AWS account" },
  other_account: { type: "warning", text: "Another account" },
  network: { type: "warning", text: "Every AWS account, from some networks" },
  organization: { type: "info", text: "An organization" },
  service: { type: "info", text: "An AWS service" },
  this_account: { type: "success", text: "This account" },
};

/** Whom a statement that allows something reaches, each kind once, the farthest first. */
export function reachOf({ effect, who }: StatementWords) {
  return effect === "allow"
    ? (Object.keys(reaches) as Exposure[])
        .filter((exposure) => who.some((one) => one.exposure === exposure))
        .map((exposure) => reaches[exposure])
    : [];
}

/** Whether anybody can use the repository, wherever they are. */
export function isOpen(statements: readonly StatementWords[]): boolean {
  return statements.some(
    ({ effect, who }) => effect === "allow" && who.some(({ exposure }) => exposure === "everyone"),
  );
}
