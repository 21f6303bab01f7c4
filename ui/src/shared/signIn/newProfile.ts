import type { SsoAccount } from "../../ipc/generated";

/** What the AWS tools take as the name of a profile. */
const namePattern = /^[A-Za-z0-9_\-/.%@:+]+$/;

/** What is wrong with the name of a new profile; nothing where it can be used. */
export function profileNameProblem(name: string, taken: readonly string[]): string | null {
  if (name === "") {
    return "Give the profile a name.";
  }
  if (!namePattern.test(name)) {
    return "Use letters, digits and _ - / . % @ : + only.";
  }
  return taken.includes(name) ? "There is a profile of this name." : null;
}

/** A name that suits an account and a role: `team-dev-Pusher`. */
export function suggestedName(account: SsoAccount, role: string): string {
  const parts = [account.name ?? account.account_id, role];
  return parts
    .join("-")
    .replaceAll(/[^A-Za-z0-9_.-]+/g, "-")
    .replaceAll(/-{2,}/g, "-")
    .replaceAll(/^-|-$/g, "");
}
