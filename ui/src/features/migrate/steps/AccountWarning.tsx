import Button from "@cloudscape-design/components/button";
import type { AwsIdentity } from "../../../ipc/generated";
import { accountDiffers } from "../wizard/accountProblem";
import type { Draft } from "../wizard/draft";
import type { DraftAction } from "../wizard/reducer";
import { ConsentAlert } from "./ConsentAlert";

interface AccountWarningProps {
  draft: Draft;
  identity: AwsIdentity | null;
  onChange: (action: DraftAction) => void;
  /** Updates the saved profile with this account, if one is selected. */
  onSaveAccount?: (account: string) => void;
}

/** Asks for confirmation if the account differs from the saved profile or the earlier migration. */
export function AccountWarning({ draft, identity, onChange, onSaveAccount }: AccountWarningProps) {
  if (identity === null || !accountDiffers(draft, identity)) {
    return null;
  }
  const account = identity.account_id;
  const before =
    draft.savedProfile === null
      ? `The migration was planned for account ${draft.expectedAccount}.`
      : `The saved profile uses account ${draft.expectedAccount}.`;
  return (
    <ConsentAlert
      header={`Different account: ${account}`}
      action={
        draft.savedProfile !== null &&
        onSaveAccount !== undefined && (
          <Button onClick={() => onSaveAccount(account)} data-testid="account-save">
            Update the saved profile with this account
          </Button>
        )
      }
      label="Use this account"
      agreed={draft.confirmedAccount === account}
      onAgreed={(agreed) =>
        onChange({ type: "account_confirmed", account: agreed ? account : null })
      }
      testIds={{ alert: "account-warning", tick: "account-confirm" }}
    >
      {before} Transload doesn’t write to account {account} until you confirm it.
    </ConsentAlert>
  );
}
