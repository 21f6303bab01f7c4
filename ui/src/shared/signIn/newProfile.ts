/** The name of an AWS profile that a sign-in adds: a suggestion, and its rules. */
import type { SsoAccount } from "../../ipc/generated";

/** Valid profile names of the AWS tools. */
const namePattern = /^[A-Za-z0-9_\-/.%@:+]+$/;

/** Returns the problem of a profile name, if any. */
export function profileNameProblem(name: string, taken: readonly string[]): string | null {
  if (name === "") {
    return "Enter a profile name.";
  }
  if (!namePattern.test(name)) {
    return "Use only letters, digits, and _ - / . % @ : +";
  }
  return taken.includes(name) ? "A profile with this name already exists." : null;
}

/** Proposes a profile name: `team-dev-Pusher`. */
export function suggestedName(account: SsoAccount, role: string): string {
  const parts = [account.name ?? account.account_id, role];
  return parts
    .join("-")
    .replaceAll(/[^A-Za-z0-9_.-]+/g, "-")
    .replaceAll(/-{2,}/g, "-")
    .replaceAll(/^-|-$/g, "");
}
