import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { ErrorAlert } from "../../../errors";
import { CommandList } from "../../../shared/CommandList";
import { ConfirmModal } from "../../../shared/ConfirmModal";
import { StatusText } from "../../../shared/StatusText";
import type { AsyncAction } from "../../../shared/useAsyncAction";
import type { Request } from "../../../shared/useRequest";

interface OfferModalProps {
  header: string;
  /** Label of the confirm button. */
  confirm: string;
  children: ReactNode;
  /** The equivalent AWS CLI commands, or an error if a field is invalid. */
  commands: Request<string[]>;
  work: AsyncAction;
  onConfirm: () => void;
  onDismiss: () => void;
}

/** Confirms a change of the registry settings and shows the API call. */
export function OfferModal({
  header,
  confirm,
  children,
  commands,
  work,
  onConfirm,
  onDismiss,
}: OfferModalProps) {
  return (
    <ConfirmModal
      size="large"
      header={header}
      closeLabel="Close without changing anything"
      confirm={confirm}
      busy={work.busy}
      disabled={commands.answer === null || commands.error !== null}
      disabledReason="Fill in the fields to preview the API call."
      name="offer"
      onConfirm={onConfirm}
      onClose={onDismiss}
    >
      <SpaceBetween size="m">
        {children}
        {work.error !== null && <ErrorAlert error={work.error} />}
        {commands.error !== null && <ErrorAlert error={commands.error} />}
        {commands.loading && <StatusText type="loading">Preparing the preview</StatusText>}
        {commands.error === null && commands.answer !== null && (
          <div data-testid="offer-commands">
            <Box variant="awsui-key-label">API call preview</Box>
            <CommandList commands={commands.answer} />
          </div>
        )}
      </SpaceBetween>
    </ConfirmModal>
  );
}
