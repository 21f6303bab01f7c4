import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ErrorAlert } from "../../../errors";
import { useBackend } from "../../../ipc/BackendContext";
import { profileConnection } from "../../../shared/connection";
import { AddProfileModal } from "../../../shared/signIn";
import { useRequest } from "../../../shared/useRequest";
import { ConnectionStep } from "../steps/ConnectionStep";
import { useSaveProfile } from "./useSaveProfile";
import type { StepContext } from "./wizardStep";

/** Connects step 1 with its data, and saves the connection as a profile. */
export function ConnectionContainer({ draft, dispatch, data }: StepContext) {
  const backend = useBackend();
  const [adding, setAdding] = useState(false);
  const signIns = useRequest("sso", () => backend.ssoSessionsList());
  const sessions = signIns.answer ?? [];
  const [error, setError] = useState<unknown>(null);
  const save = useSaveProfile(draft, dispatch, data);
  const saveAccount = async (account: string) => {
    const saved = data.savedProfiles.answer?.find(({ id }) => id === draft.savedProfile);
    if (saved === undefined) {
      return;
    }
    setError(null);
    try {
      await backend.savedProfileSave({ ...saved, account_id: account });
      data.savedProfiles.reload();
      dispatch({ type: "account_saved", account });
    } catch (failure) {
      setError(failure);
    }
  };
  const added = (profile: string) => {
    setAdding(false);
    data.awsProfiles.reload();
    dispatch({
      type: "connection_chosen",
      connection: profileConnection(profile),
    });
  };
  return (
    <SpaceBetween size="l">
      {error !== null && <ErrorAlert error={error} onDismiss={() => setError(null)} />}
      <ConnectionStep
        draft={draft}
        onChange={dispatch}
        savedProfiles={data.savedProfiles}
        awsProfiles={data.awsProfiles}
        identity={data.identity}
        alias={data.alias}
        onSaveProfile={save}
        onSaveAccount={saveAccount}
        onAddProfile={sessions.length === 0 ? null : () => setAdding(true)}
      />
      {adding && (
        <AddProfileModal
          sessions={sessions}
          taken={(data.awsProfiles.answer?.profiles ?? []).map((profile) => profile.name)}
          calls={backend}
          onAdded={added}
          onClose={() => setAdding(false)}
        />
      )}
    </SpaceBetween>
  );
}
