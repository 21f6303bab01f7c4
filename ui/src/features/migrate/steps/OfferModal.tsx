import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { ReactNode } from "react";
import { type ErrorActions, ErrorAlert } from "../../../errors";
import { CommandList } from "../../../shared/CommandList";
import { ConfirmModal } from "../../../shared/ConfirmModal";
import type { Request } from "../../../shared/useRequest";
import type { Work } from "../../../shared/useWork";

interface OfferModalProps {
  header: string;
  /** What the button says that makes the change. */
  confirm: string;
  /** What is asked, and what it does. */
  children: ReactNode;
  /** The commands that would make the change; an error says what is wrong with the fields. */
  commands: Request<string[]>;
  work: Work;
  errorActions: ErrorActions;
  onConfirm: () => void;
  onDismiss: () => void;
}

/** Asks before something is changed for the whole registry, and shows the call that would be made. */
export function OfferModal({
  header,
  confirm,
  children,
  commands,
  work,
  errorActions,
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
      disabledReason="Fill in the fields, so that the call can be shown."
      name="offer"
      onConfirm={onConfirm}
      onClose={onDismiss}
    >
      <SpaceBetween size="m">
        {children}
        {work.error !== null && <ErrorAlert error={work.error} actions={errorActions} />}
        {commands.error !== null && <ErrorAlert error={commands.error} actions={errorActions} />}
        {commands.loading && <StatusIndicator type="loading">Writing the call</StatusIndicator>}
        {commands.error === null && commands.answer !== null && (
          <div data-testid="offer-commands">
            <Box variant="awsui-key-label">This call is made, and nothing else</Box>
            <CommandList commands={commands.answer} />
          </div>
        )}
      </SpaceBetween>
    </ConfirmModal>
  );
}
