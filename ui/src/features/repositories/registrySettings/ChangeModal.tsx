import type { ReactNode } from "react";
import { useBackend } from "../../../ipc";
import type { AwsConnection, RegistryChange } from "../../../ipc/generated";
import { ActionModal } from "../../../shared/ActionModal";
import type { ConfirmModalProps } from "../../../shared/ConfirmModal";

export interface ChangeModalProps extends Pick<ConfirmModalProps, "size"> {
  connection: AwsConnection;
  title: string;
  /** Label of the confirm button. */
  confirm: string;
  /** The change, or `null` if what was entered isn't one. */
  change: RegistryChange | null;
  disabledReason?: string;
  /** Reads the registry again. */
  onChanged: () => void;
  /** Called after a change was made. */
  onMade?: (change: RegistryChange) => void;
  onClose: () => void;
  children: ReactNode;
}

/** Confirms a change of the registry and makes it. */
export function ChangeModal(props: ChangeModalProps) {
  const { connection, title, change, onChanged, onMade, ...modal } = props;
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
          // A change that is refused, because somebody else made one, is then confirmed against theirs.
          await backend.registryChange(connection, change).finally(onChanged);
          onMade?.(change);
        }
      }}
    />
  );
}
