import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useState } from "react";
import { type ErrorActions, ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type { AwsConnection, RepositorySettings } from "../../ipc/generated";
import { RepositorySettingsForm } from "../../shared/RepositorySettingsForm";
import {
  defaultRepositorySettings,
  repositorySettingsValid,
} from "../../shared/repositorySettings";
import { useRequest } from "../../shared/useRequest";
import { useWork } from "../../shared/useWork";

interface CreateRepositoryModalProps {
  connection: AwsConnection;
  name: string;
  errorActions: ErrorActions;
  onClose: () => void;
  onCreated: () => void;
}

/** Creates a repository that is missing, with the settings of the default saved profile to begin with. */
export function CreateRepositoryModal(props: CreateRepositoryModalProps) {
  const { connection, name, errorActions, onClose, onCreated } = props;
  const backend = useBackend();
  const saved = useRequest("saved", () => backend.savedProfilesList());
  const [changed, setChanged] = useState<RepositorySettings | null>(null);
  const { busy, error, run, dismiss } = useWork();
  const template =
    saved.answer?.find((profile) => profile.is_default)?.template ?? defaultRepositorySettings;
  const settings = changed ?? template;
  return (
    <Modal
      visible
      size="large"
      header={`Create ${name}`}
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onClose}>
              Cancel
            </Button>
            <Button
              variant="primary"
              loading={busy}
              disabled={saved.loading || !repositorySettingsValid(settings)}
              onClick={() =>
                run(async () => {
                  await backend.repositoryCreate(connection, name, settings);
                  onCreated();
                })
              }
              data-testid="repository-create-confirm"
            >
              Create the repository
            </Button>
          </SpaceBetween>
        </Box>
      }
      data-testid="repository-create"
    >
      <SpaceBetween size="l">
        {error !== null && <ErrorAlert error={error} actions={errorActions} onDismiss={dismiss} />}
        {saved.loading ? (
          <Spinner />
        ) : (
          <RepositorySettingsForm value={settings} onChange={setChanged} />
        )}
      </SpaceBetween>
    </Modal>
  );
}
