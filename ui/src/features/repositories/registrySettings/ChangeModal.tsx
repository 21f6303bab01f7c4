import type { ReactNode } from "react";
import type { ErrorActions } from "../../../errors";
import { useBackend } from "../../../ipc";
import type { AwsConnection, RegistryChange } from "../../../ipc/generated";
import { ActionModal } from "../../../shared/ActionModal";

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

/** Confirms a change of the registry and makes it. */
export function ChangeModal({ connection, title, change, onChanged, ...modal }: ChangeModalProps) {
  const backend = useBackend();
  return (
    <ActionModal
      {...modal}
      header={title}
      closeLabel="Close"
      disabled={change === null}
      name="registry-change"
      action={async () => {
        if (change !== null) {
          await backend.registryChange(connection, change);
          onChanged();
        }
      }}
    />
  );
}
