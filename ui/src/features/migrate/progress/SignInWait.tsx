import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ErrorActions, ErrorAlert } from "../../../errors";
import type { ApiError } from "../../../ipc/generated";
import { StatusText } from "../../../shared/StatusText";

interface SignInWaitProps {
  /** The error that describes how to sign in. */
  error: ApiError;
  /** Actions of the alert. Retry checks immediately. */
  actions: ErrorActions;
}

/** Shown while a migration waits for the user to sign in to AWS. */
export function SignInWait({ error, actions }: SignInWaitProps) {
  return (
    <SpaceBetween size="s">
      <div role="status" data-testid="sign-in-wait">
        <StatusText type="pending">
          The migration is waiting. It continues after you sign in here or with another program.
        </StatusText>
      </div>
      <ErrorAlert error={error} actions={actions} />
    </SpaceBetween>
  );
}
