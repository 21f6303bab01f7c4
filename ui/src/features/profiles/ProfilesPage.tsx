import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { asApiError, ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type { SavedProfile } from "../../ipc/generated";
import { exportName } from "../../shared/exportName";
import { useNotify } from "../../shared/notify";
import { reloadRequests, useRequest } from "../../shared/useRequest";
import { DeleteProfileModal } from "./DeleteProfileModal";
import { ImportEndpointsModal } from "./ImportEndpointsModal";
import { ProfileForm } from "./ProfileForm";
import { ProfilesTable } from "./ProfilesTable";
import { copyName } from "./profileDraft";

export interface ProfilesPageProps {
  onUse: (profile: SavedProfile) => void;
}

type ProfileDialog =
  | { readonly kind: "edit"; readonly profile: SavedProfile | null }
  | { readonly kind: "delete"; readonly profile: SavedProfile }
  | { readonly kind: "import"; readonly path: string; readonly endpoints: readonly string[] };

/** The page of saved profiles. */
export function ProfilesPage({ onUse }: ProfilesPageProps) {
  const backend = useBackend();
  const notify = useNotify();
  const request = useRequest("profiles", () => backend.savedProfilesList());
  const [dialog, setDialog] = useState<ProfileDialog | null>(null);
  const [error, setError] = useState<{ caught: unknown; again: () => void } | null>(null);
  const [busy, setBusy] = useState(false);
  const profiles = request.answer ?? [];

  /** Runs a change, and reloads the profiles. */
  const act = async (work: () => Promise<unknown>) => {
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (caught) {
      setError({ caught, again: () => void act(work) });
    } finally {
      setBusy(false);
      request.reload();
    }
  };
  const duplicate = (profile: SavedProfile) =>
    act(() =>
      backend.savedProfileSave({
        ...profile,
        id: "",
        name: copyName(profile.name, profiles),
        is_default: false,
      }),
    );
  const makeDefault = (profile: SavedProfile) =>
    act(() => backend.savedProfileSave({ ...profile, is_default: !profile.is_default }));
  const remove = (profile: SavedProfile) =>
    act(async () => {
      await backend.savedProfileDelete(profile.id);
      notify({
        about: [`profile ${profile.id}`],
        type: "success",
        header: `Profile “${profile.name}” deleted`,
        action: {
          text: "Undo",
          // The user may have left the page.
          onClick: () => {
            backend.savedProfileSave({ ...profile, id: "" }).then(reloadRequests, setError);
          },
        },
      });
    });
  const exportProfiles = (chosen: readonly SavedProfile[]) =>
    act(async () => {
      const name = exportName("transload-profiles", null, Date.now(), "json");
      const path = await backend.savePathChoose(name);
      if (path !== null) {
        await backend.savedProfilesExport(
          chosen.map(({ id }) => id),
          path,
        );
      }
    });
  const importProfiles = () =>
    act(async () => {
      const path = await backend.openPathChoose();
      if (path === null) {
        return;
      }
      try {
        await backend.savedProfilesImport(path, false);
      } catch (caught) {
        const { code, subject } = asApiError(caught);
        if (code !== "endpoints_not_allowed") {
          throw caught;
        }
        setDialog({ kind: "import", path, endpoints: (subject ?? "").split(", ") });
      }
    });

  if (dialog?.kind === "edit") {
    return (
      <ProfileForm
        profile={dialog.profile}
        others={profiles.filter(({ id }) => id !== dialog.profile?.id)}
        onClose={() => setDialog(null)}
        onSaved={() => {
          setDialog(null);
          request.reload();
        }}
      />
    );
  }
  return (
    <>
      <SpaceBetween size="xs">
        {error !== null && (
          <ErrorAlert
            error={error.caught}
            actions={{ retry: error.again }}
            onDismiss={() => setError(null)}
          />
        )}
        {request.error !== null && (
          <ErrorAlert error={request.error} actions={{ retry: request.reload }} />
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
            void remove(dialog.profile);
          }}
        />
      )}
      {dialog?.kind === "import" && (
        <ImportEndpointsModal
          endpoints={dialog.endpoints}
          onClose={() => setDialog(null)}
          onImport={() => {
            setDialog(null);
            void act(() => backend.savedProfilesImport(dialog.path, true));
          }}
        />
      )}
    </>
  );
}
