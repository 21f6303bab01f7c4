import { useState } from "react";
import { useBackend } from "../../../ipc/BackendContext";
import { AddProfileModal } from "../../../shared/signIn";
import { useRequest } from "../../../shared/useRequest";
import { ConnectionStep } from "../steps/ConnectionStep";
import type { StepContext } from "./steps";

/** Step 1 with what it shows; saves the choice as a profile. */
export function ConnectionContainer({ draft, dispatch, data, errorActions }: StepContext) {
  const backend = useBackend();
  const [adding, setAdding] = useState(false);
  const signIns = useRequest("sso", () => backend.ssoSessionsList());
  const sessions = signIns.answer ?? [];
  const save = async (name: string) => {
    if (draft.connection === null) {
      return;
    }
    const saved = await backend.savedProfileSave({
      id: "",
      name,
      connection: draft.connection,
      account_id: data.identity.answer?.account_id ?? null,
      repository_prefix: draft.prefix,
      rename_rules: [...draft.renameRules],
      template: draft.template,
      source: draft.source,
      is_default: false,
    });
    data.savedProfiles.reload();
    dispatch({
      type: "connection_chosen",
      connection: draft.connection,
      savedProfile: saved.id,
    });
  };
  const added = (profile: string) => {
    setAdding(false);
    data.awsProfiles.reload();
    dispatch({
      type: "connection_chosen",
      connection: {
        kind: "profile",
        profile,
        region: null,
        ecr_endpoint: null,
        registry_endpoint: null,
      },
    });
  };
  return (
    <>
      <ConnectionStep
        draft={draft}
        onChange={dispatch}
        savedProfiles={data.savedProfiles}
        awsProfiles={data.awsProfiles}
        identity={data.identity}
        errorActions={errorActions}
        onSaveProfile={save}
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
    </>
  );
}
