import type { AwsIdentity } from "../../../ipc/generated";
import type { Draft } from "./draft";

/** Whether the account is another one than the choice had before. */
export function accountDiffers(draft: Draft, identity: AwsIdentity | null): boolean {
  return (
    identity !== null &&
    draft.expectedAccount !== null &&
    identity.account_id !== draft.expectedAccount
  );
}

/** Why nothing may be written yet: the account is another one, and nobody has said that it is right. */
export function accountProblem(draft: Draft, identity: AwsIdentity | null): string | null {
  return accountDiffers(draft, identity) && draft.confirmedAccount !== identity?.account_id
    ? `Start waits: this is the account ${identity?.account_id}, and it was ${draft.expectedAccount} before. Say that it is the right one, or choose another profile.`
    : null;
}
