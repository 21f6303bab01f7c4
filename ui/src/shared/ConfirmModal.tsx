import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal, { type ModalProps } from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";

interface ConfirmModalProps {
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

/** A confirmation dialog. */
export function ConfirmModal(props: ConfirmModalProps) {
  const { header, closeLabel, confirm, name, busy, onConfirm, onClose, children } = props;
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
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" disabled={busy} onClick={onClose} data-testid={`${name}-cancel`}>
              Cancel
            </Button>
            <Button
              variant="primary"
              loading={busy}
              disabled={props.disabled}
              disabledReason={props.disabledReason}
              onClick={onConfirm}
              data-testid={`${name}-confirm`}
            >
              {confirm}
            </Button>
          </SpaceBetween>
        </Box>
      }
      data-testid={`${name}-modal`}
    >
      {children}
    </Modal>
  );
}
