import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { type ErrorActions, ErrorAlert } from "../../../errors";
import { useBackend } from "../../../ipc";
import type { AwsConnection, RegistryChange } from "../../../ipc/generated";
import { ConfirmModal } from "../../../shared/ConfirmModal";

export interface ChangeModalProps {
  connection: AwsConnection;
  title: string;
  /** Label of the confirm button. */
  confirm: string;
  /** The change, or `null` if what was entered isn't one. */
  change: RegistryChange | null;
  disabledReason?: string;
  errorActions: ErrorActions;
  onChanged: () => void;
  onClose: () => void;
  children: ReactNode;
}

/** Confirms a change of the registry and makes it. What was entered is kept if it fails. */
export function ChangeModal(props: ChangeModalProps) {
  const { connection, title, confirm, change, errorActions, onChanged, onClose } = props;
  const backend = useBackend();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const apply = async () => {
    if (change === null) {
      return;
    }
    setBusy(true);
    setError(null);
    try {
      await backend.registryChange(connection, change);
      onChanged();
      onClose();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <ConfirmModal
      header={title}
      closeLabel="Close"
      confirm={confirm}
      busy={busy}
      disabled={change === null}
      disabledReason={props.disabledReason}
      name="registry-change"
      onConfirm={() => void apply()}
      onClose={onClose}
    >
      <SpaceBetween size="m">
        {error !== null && (
          <ErrorAlert error={error} actions={{ ...errorActions, retry: () => void apply() }} />
        )}
        {props.children}
      </SpaceBetween>
    </ConfirmModal>
  );
}
