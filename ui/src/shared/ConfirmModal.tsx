import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal, { type ModalProps } from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";

/** Props of {@link ConfirmModal}. */
export interface ConfirmModalProps {
  header: string;
  /** What the button in the corner does, for people who hear the page. */
  closeLabel: string;
  /** What the button says that does it. */
  confirm: string;
  /** Whether it is being done: closing would not stop it, so the modal stays until it is over. */
  busy?: boolean;
  disabled?: boolean;
  disabledReason?: string;
  size?: ModalProps.Size;
  /** What the test ids of the modal and its buttons begin with. */
  name: string;
  onConfirm: () => void;
  onClose: () => void;
  children: ReactNode;
}

/** Asks before something is done: one button does it, the others leave everything as it is. */
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
