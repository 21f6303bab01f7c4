import { useBackend } from "../../../ipc/BackendContext";
import type { StepContext } from "./wizardStep";

/** Saves the choices of the draft as a profile, which the draft then uses. */
export function useSaveProfile(
  draft: StepContext["draft"],
  dispatch: StepContext["dispatch"],
  data: StepContext["data"],
): (name: string) => Promise<void> {
  const backend = useBackend();
  return async (name) => {
    const { connection } = draft;
    if (connection === null) {
      return;
    }
    const saved = await backend.savedProfileSave({
      id: "",
      name,
      connection,
      account_id: data.identity.answer?.account_id ?? null,
      repository_prefix: draft.prefix,
      rename_rules: [...draft.renameRules],
      template: draft.template,
      source: draft.source,
      is_default: false,
    });
    data.savedProfiles.reload();
    dispatch({ type: "connection_chosen", connection, savedProfile: saved.id });
    if (saved.account_id !== null) {
      dispatch({ type: "account_saved", account: saved.account_id });
    }
  };
}
