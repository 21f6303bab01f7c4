import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { type ErrorActions, ErrorAlert } from "../../errors";
import { useBackend } from "../../ipc";
import type { AwsConnection } from "../../ipc/generated";
import { ConfirmModal } from "../../shared/ConfirmModal";
import { useAsyncAction } from "../../shared/useAsyncAction";

interface DeleteRepositoryModalProps {
  connection: AwsConnection;
  name: string;
  errorActions: ErrorActions;
  onDeleted: () => void;
  onClose: () => void;
}

/** Asks the user to enter the repository name before it is deleted. */
export function DeleteRepositoryModal(props: DeleteRepositoryModalProps) {
  const { connection, name, errorActions, onDeleted, onClose } = props;
  const backend = useBackend();
  const [typed, setTyped] = useState("");
  const { busy, error, run } = useAsyncAction();
  const remove = () =>
    run(async () => {
      await backend.repositoryDelete(connection, name);
      onDeleted();
    });

  return (
    <ConfirmModal
      header="Delete repository"
      closeLabel="Close without deleting"
      confirm={`Delete ${name}`}
      busy={busy}
      disabled={typed.trim() !== name}
      disabledReason="Enter the repository name to confirm."
      name="repository-delete"
      onConfirm={remove}
      onClose={onClose}
    >
      <SpaceBetween size="m">
        {error !== null && (
          <ErrorAlert error={error} actions={{ ...errorActions, retry: remove }} />
        )}
        <Box>
          The repository <b>{name}</b> and its settings are permanently deleted in ECR. The
          repository contains no images.
        </Box>
        <FormField label={`To confirm, enter ${name}`}>
          <Input
            value={typed}
            autoComplete={false}
            spellcheck={false}
            onChange={({ detail }) => setTyped(detail.value)}
            data-testid="repository-delete-name"
          />
        </FormField>
      </SpaceBetween>
    </ConfirmModal>
  );
}
