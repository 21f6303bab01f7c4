import { useBackend } from "../../../ipc/BackendContext";
import { ConnectionStep } from "../steps/ConnectionStep";
import type { StepContext } from "./steps";

/** Step 1 with what it shows; saves the choice as a profile. */
export function ConnectionContainer({ draft, dispatch, data, errorActions }: StepContext) {
  const backend = useBackend();
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
  return (
    <ConnectionStep
      draft={draft}
      onChange={dispatch}
      savedProfiles={data.savedProfiles}
      awsProfiles={data.awsProfiles}
      identity={data.identity}
      errorActions={errorActions}
      onSaveProfile={save}
    />
  );
}
