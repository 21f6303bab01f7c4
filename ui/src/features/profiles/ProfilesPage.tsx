import Alert from "@cloudscape-design/components/alert";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { asApiError, type ErrorActions, ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type { SavedProfile } from "../../ipc/generated";
import { formatCounted } from "../../shared/format";
import { useRequest } from "../../shared/useRequest";
import { DeleteProfileModal } from "./DeleteProfileModal";
import { ImportEndpointsModal } from "./ImportEndpointsModal";
import { ProfileForm } from "./ProfileForm";
import { ProfilesTable } from "./ProfilesTable";
import { copyName } from "./profileDraft";

export interface ProfilesPageProps {
  onUse: (profile: SavedProfile) => void;
  /** Error actions of the frame, for example opening the settings. */
  errorActions?: ErrorActions;
}

type ProfileDialog =
  | { readonly kind: "edit"; readonly profile: SavedProfile | null }
  | { readonly kind: "delete"; readonly profile: SavedProfile }
  | { readonly kind: "import"; readonly path: string; readonly endpoints: readonly string[] };

/** The page of saved profiles. */
export function ProfilesPage({ onUse, errorActions = {} }: ProfilesPageProps) {
  const backend = useBackend();
  const request = useRequest("profiles", () => backend.savedProfilesList());
  const [dialog, setDialog] = useState<ProfileDialog | null>(null);
  const [error, setError] = useState<{ caught: unknown; again: () => void } | null>(null);
  const [notice, setNotice] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const profiles = request.answer ?? [];

  /** Runs a change, shows the result, and reloads the profiles. */
  const act = async (work: () => Promise<string | null>) => {
    setBusy(true);
    setError(null);
    setNotice(null);
    try {
      setNotice(await work());
    } catch (caught) {
      setError({ caught, again: () => void act(work) });
    } finally {
      setBusy(false);
      request.reload();
    }
  };
  const duplicate = (profile: SavedProfile) =>
    act(async () => {
      const name = copyName(profile.name, profiles);
      await backend.savedProfileSave({ ...profile, id: "", name, is_default: false });
      return `“${profile.name}” duplicated as “${name}”.`;
    });
  const makeDefault = (profile: SavedProfile) =>
    act(async () => {
      await backend.savedProfileSave({ ...profile, is_default: !profile.is_default });
      return profile.is_default
        ? `“${profile.name}” is no longer the default.`
        : `“${profile.name}” is now the default in the wizard.`;
    });
  const exportProfiles = (chosen: readonly SavedProfile[]) =>
    act(async () => {
      const path = await backend.savePathChoose("transload-profiles.json");
      if (path === null) {
        return null;
      }
      await backend.savedProfilesExport(
        chosen.map(({ id }) => id),
        path,
      );
      const count = formatCounted(chosen.length, "profile", "profiles");
      return `${count} exported to ${path}. The file contains no secrets.`;
    });
  const importFrom = async (path: string, allowEndpoints: boolean) => {
    const added = await backend.savedProfilesImport(path, allowEndpoints);
    const names = added.map(({ name }) => `“${name}”`).join(", ");
    return added.length === 0
      ? "The file contains no profiles."
      : `${formatCounted(added.length, "profile", "profiles")} added: ${names}.`;
  };
  const importProfiles = () =>
    act(async () => {
      const path = await backend.openPathChoose();
      if (path === null) {
        return null;
      }
      try {
        return await importFrom(path, false);
      } catch (caught) {
        const { code, subject } = asApiError(caught);
        if (code !== "endpoints_not_allowed") {
          throw caught;
        }
        setDialog({ kind: "import", path, endpoints: (subject ?? "").split(", ") });
        return null;
      }
    });

  if (dialog?.kind === "edit") {
    return (
      <ProfileForm
        profile={dialog.profile}
        others={profiles.filter(({ id }) => id !== dialog.profile?.id)}
        errorActions={errorActions}
        onClose={() => setDialog(null)}
        onSaved={(saved) => {
          setDialog(null);
          setNotice(`“${saved.name}” was saved.`);
          request.reload();
        }}
      />
    );
  }
  return (
    <>
      <SpaceBetween size="xs">
        {notice !== null && (
          <div role="status">
            <Alert
              type="success"
              dismissible
              dismissAriaLabel="Close message"
              onDismiss={() => setNotice(null)}
              data-testid="profiles-notice"
            >
              {notice}
            </Alert>
          </div>
        )}
        {error !== null && (
          <ErrorAlert
            error={error.caught}
            actions={{ ...errorActions, retry: error.again }}
            onDismiss={() => setError(null)}
          />
        )}
        {request.error !== null && (
          <ErrorAlert error={request.error} actions={{ ...errorActions, retry: request.reload }} />
        )}
        <ProfilesTable
          profiles={profiles}
          loading={request.loading && request.answer === null}
          readable={request.error === null || request.answer !== null}
          busy={busy}
          onUse={onUse}
          onNew={() => setDialog({ kind: "edit", profile: null })}
          onEdit={(profile) => setDialog({ kind: "edit", profile })}
          onDelete={(profile) => setDialog({ kind: "delete", profile })}
          onDuplicate={duplicate}
          onMakeDefault={makeDefault}
          onExport={exportProfiles}
          onImport={importProfiles}
        />
      </SpaceBetween>
      {dialog?.kind === "delete" && (
        <DeleteProfileModal
          profile={dialog.profile}
          onClose={() => setDialog(null)}
          onDelete={() => {
            setDialog(null);
            void act(async () => {
              await backend.savedProfileDelete(dialog.profile.id);
              return `“${dialog.profile.name}” was deleted.`;
            });
          }}
        />
      )}
      {dialog?.kind === "import" && (
        <ImportEndpointsModal
          endpoints={dialog.endpoints}
          onClose={() => setDialog(null)}
          onImport={() => {
            setDialog(null);
            void act(() => importFrom(dialog.path, true));
          }}
        />
      )}
    </>
  );
}
