import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { AwsIdentity } from "../../../ipc/generated";
import { accountDiffers } from "../wizard/account";
import type { Draft } from "../wizard/draft";
import type { DraftAction } from "../wizard/reducer";

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
    <div data-testid="account-warning">
      <Alert
        type="warning"
        header={`This is another account: ${account}`}
        action={
          draft.savedProfile !== null &&
          onSaveAccount !== undefined && (
            <Button onClick={() => onSaveAccount(account)} data-testid="account-save">
              Save the profile with this account
            </Button>
          )
        }
      >
        <SpaceBetween size="xs">
          <div>
            {before} Nothing is written to the account {account} before you say that it is the right
            one.
          </div>
          <Checkbox
            checked={draft.confirmedAccount === account}
            onChange={({ detail }) =>
              onChange({ type: "account_confirmed", account: detail.checked ? account : null })
            }
            data-testid="account-confirm"
          >
            This is the right account
          </Checkbox>
        </SpaceBetween>
      </Alert>
    </div>
  );
}
