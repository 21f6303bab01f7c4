import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { type ErrorActions, ErrorAlert } from "../../../errors";
import type { ApiError } from "../../../ipc/generated";

interface SignInWaitProps {
  /** What the person has to do about the session with AWS. */
  error: ApiError;
  /** What can be done here; *Try again* looks at once. */
  actions: ErrorActions;
}

/** The session with AWS ended, and the migration waits until the person signed in. */
export function SignInWait({ error, actions }: SignInWaitProps) {
  return (
    <SpaceBetween size="s">
      <div role="status" data-testid="sign-in-wait">
        <StatusIndicator type="pending">
          The migration waits for you. Nothing failed: it goes on where it is as soon as you have
          signed in, here or with another program.
        </StatusIndicator>
      </div>
      <ErrorAlert error={error} actions={actions} />
    </SpaceBetween>
  );
}
