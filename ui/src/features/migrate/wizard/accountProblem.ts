import type { AwsIdentity } from "../../../ipc/generated";
import type { Draft } from "./draft";

/** Whether the account differs from the expected account. */
export function accountDiffers(draft: Draft, identity: AwsIdentity | null): boolean {
  return (
    identity !== null &&
    draft.expectedAccount !== null &&
    identity.account_id !== draft.expectedAccount
  );
}

/** Returns why the migration can't start: the account differs and isn't confirmed. */
export function accountProblem(draft: Draft, identity: AwsIdentity | null): string | null {
  return accountDiffers(draft, identity) && draft.confirmedAccount !== identity?.account_id
    ? `The current account is ${identity?.account_id}, but the plan is for ${draft.expectedAccount}. Confirm the account, or choose another profile.`
    : null;
}
