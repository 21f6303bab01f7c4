import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useState } from "react";
import { type ErrorActions, ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type { AwsConnection, RepositorySettings } from "../../ipc/generated";
import { ConfirmModal } from "../../shared/ConfirmModal";
import { RepositorySettingsForm } from "../../shared/RepositorySettingsForm";
import {
  defaultRepositorySettings,
  repositorySettingsValid,
} from "../../shared/repositorySettings";
import { useAsyncAction } from "../../shared/useAsyncAction";
import { useRequest } from "../../shared/useRequest";

interface CreateRepositoryModalProps {
  connection: AwsConnection;
  name: string;
  errorActions: ErrorActions;
  onClose: () => void;
  onCreated: () => void;
}

/** Creates a missing repository, initially with the settings of the default saved profile. */
export function CreateRepositoryModal(props: CreateRepositoryModalProps) {
  const { connection, name, errorActions, onClose, onCreated } = props;
  const backend = useBackend();
  const saved = useRequest("saved", () => backend.savedProfilesList());
  const [changed, setChanged] = useState<RepositorySettings | null>(null);
  const { busy, error, run, dismiss } = useAsyncAction();
  const template =
    saved.answer?.find((profile) => profile.is_default)?.template ?? defaultRepositorySettings;
  const settings = changed ?? template;
  const create = () =>
    run(async () => {
      await backend.repositoryCreate(connection, name, settings);
      onCreated();
    });
  return (
    <ConfirmModal
      size="large"
      header={`Create ${name}`}
      closeLabel="Close without creating"
      confirm="Create repository"
      busy={busy}
      disabled={saved.loading || !repositorySettingsValid(settings)}
      name="repository-create"
      onConfirm={create}
      onClose={onClose}
    >
      <SpaceBetween size="l">
        {error !== null && <ErrorAlert error={error} actions={errorActions} onDismiss={dismiss} />}
        {saved.loading ? (
          <Spinner />
        ) : (
          <RepositorySettingsForm value={settings} onChange={setChanged} />
        )}
      </SpaceBetween>
    </ConfirmModal>
  );
}
