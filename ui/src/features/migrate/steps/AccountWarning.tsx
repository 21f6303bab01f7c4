import Button from "@cloudscape-design/components/button";
import type { AwsIdentity } from "../../../ipc/generated";
import { accountDiffers } from "../wizard/account";
import type { Draft } from "../wizard/draft";
import type { DraftAction } from "../wizard/reducer";
import { ConsentAlert } from "./ConsentAlert";

interface AccountWarningProps {
  draft: Draft;
  identity: AwsIdentity | null;
  onChange: (action: DraftAction) => void;
  /** Saves the profile again, with this account; where the choice is a saved profile. */
  onSaveAccount?: (account: string) => void;
}

/** Another account than the saved profile had, or the earlier run: asks whether it is the right one. */
export function AccountWarning({ draft, identity, onChange, onSaveAccount }: AccountWarningProps) {
  if (identity === null || !accountDiffers(draft, identity)) {
    return null;
  }
  const account = identity.account_id;
  const before =
    draft.savedProfile === null
      ? `The migration was planned for the account ${draft.expectedAccount} before.`
      : `The profile was saved with the account ${draft.expectedAccount}.`;
  return (
    <ConsentAlert
      header={`This is another account: ${account}`}
      action={
        draft.savedProfile !== null &&
        onSaveAccount !== undefined && (
          <Button onClick={() => onSaveAccount(account)} data-testid="account-save">
            Save the profile with this account
          </Button>
        )
      }
      label="This is the right account"
      agreed={draft.confirmedAccount === account}
      onAgreed={(agreed) =>
        onChange({ type: "account_confirmed", account: agreed ? account : null })
      }
      testIds={{ alert: "account-warning", tick: "account-confirm" }}
    >
      {before} Nothing is written to the account {account} before you say that it is the right one.
    </ConsentAlert>
  );
}
