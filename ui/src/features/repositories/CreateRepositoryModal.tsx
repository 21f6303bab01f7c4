import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useState } from "react";
import { useBackend } from "../../ipc";
import type { AwsConnection, RepositorySettings } from "../../ipc/generated";
import { ActionModal } from "../../shared/ActionModal";
import { RepositorySettingsForm } from "../../shared/RepositorySettingsForm";
import { repositoryNameProblem } from "../../shared/repositoryName";
import {
  defaultRepositorySettings,
  repositorySettingsValid,
} from "../../shared/repositorySettings";
import { useRequest } from "../../shared/useRequest";

interface CreateRepositoryModalProps {
  connection: AwsConnection;
  /** The name, or `null` if the user enters it. */
  name: string | null;
  onClose: () => void;
  onCreated: (name: string) => void;
}

/** Creates a repository, initially with the settings of the default saved profile. */
export function CreateRepositoryModal(props: CreateRepositoryModalProps) {
  const { connection, onClose, onCreated } = props;
  const backend = useBackend();
  const saved = useRequest("saved", () => backend.savedProfilesList());
  const [typed, setTyped] = useState("");
  const [changed, setChanged] = useState<RepositorySettings | null>(null);
  const template =
    saved.answer?.find((profile) => profile.is_default)?.template ?? defaultRepositorySettings;
  const settings = changed ?? template;
  const name = props.name ?? typed.trim();
  const problem = repositoryNameProblem(name);
  return (
    <ActionModal
      size="large"
      header={props.name === null ? "Create repository" : `Create ${name}`}
      closeLabel="Close without creating"
      confirm="Create repository"
      disabled={saved.loading || problem !== null || !repositorySettingsValid(settings)}
      name="repository-create"
      action={async () => {
        await backend.repositoryCreate(connection, name, settings);
        onCreated(name);
      }}
      onClose={onClose}
    >
      <SpaceBetween size="l">
        {props.name === null && (
          <FormField
            label="Repository name"
            description="For example team/service."
            errorText={typed === "" ? undefined : problem}
          >
            <Input
              value={typed}
              autoFocus
              autoComplete={false}
              spellcheck={false}
              onChange={({ detail }) => setTyped(detail.value)}
              data-testid="repository-create-name"
            />
          </FormField>
        )}
        {saved.loading ? (
          <Spinner />
        ) : (
          <RepositorySettingsForm value={settings} onChange={setChanged} />
        )}
      </SpaceBetween>
    </ActionModal>
  );
}
