import SpaceBetween from "@cloudscape-design/components/space-between";
import { ErrorAlert } from "../errors";
import { ConfirmModal, type ConfirmModalProps } from "./ConfirmModal";
import { useAsyncAction } from "./useAsyncAction";

interface ActionModalProps extends Omit<ConfirmModalProps, "busy" | "onConfirm"> {
  action: () => Promise<void>;
}

/**
 * Asks before an action and runs it. Closes if it succeeds. If it fails, the error is in the dialog, which keeps what was
 * entered.
 */
export function ActionModal({ action, children, ...modal }: ActionModalProps) {
  const { busy, error, run } = useAsyncAction();
  const act = async () => {
    if (await run(action)) {
      modal.onClose();
    }
  };
  return (
    <ConfirmModal {...modal} busy={busy} onConfirm={() => void act()}>
      <SpaceBetween size="m">
        {error !== null && <ErrorAlert error={error} actions={{ retry: () => void act() }} />}
        {children}
      </SpaceBetween>
    </ConfirmModal>
  );
}
