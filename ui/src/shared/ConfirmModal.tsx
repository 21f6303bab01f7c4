import Modal, { type ModalProps } from "@cloudscape-design/components/modal";
import type { ReactNode } from "react";
import { DialogFooter } from "./DialogFooter";

export interface ConfirmModalProps {
  header: string;
  /** Accessible name of the close button. */
  closeLabel: string;
  /** Label of the confirm button. */
  confirm: string;
  /** Whether the action is running. The dialog can't be closed meanwhile. */
  busy?: boolean;
  disabled?: boolean;
  disabledReason?: string;
  size?: ModalProps.Size;
  /** Prefix of the test IDs. */
  name: string;
  onConfirm: () => void;
  onClose: () => void;
  children: ReactNode;
}

/** A dialog that asks before an action and shows that it runs. `ActionModal` also runs it. */
export function ConfirmModal(props: ConfirmModalProps) {
  const { header, closeLabel, name, busy = false, onClose, children } = props;
  return (
    <Modal
      visible
      size={props.size}
      header={header}
      closeAriaLabel={closeLabel}
      onDismiss={() => {
        if (!busy) {
          onClose();
        }
      }}
      footer={
        <DialogFooter
          closeLabel="Cancel"
          isLocked={busy}
          onClose={onClose}
          closeTestId={`${name}-cancel`}
          confirm={{
            label: props.confirm,
            busy,
            disabled: props.disabled,
            disabledReason: props.disabledReason,
            onConfirm: props.onConfirm,
            testId: `${name}-confirm`,
          }}
        />
      }
      data-testid={`${name}-modal`}
    >
      {children}
    </Modal>
  );
}
