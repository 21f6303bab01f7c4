import Alert from "@cloudscape-design/components/alert";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { formatClock } from "../../../shared/format";

interface QuotaWaitProps {
  /** When the migration retries. */
  checkAtMs: number;
  /** The sign-in form of the source. */
  signIn: ReactNode;
}

/** Shown while images wait for the pull rate limit of the source. */
export function QuotaWait({ checkAtMs, signIn }: QuotaWaitProps) {
  return (
    <SpaceBetween size="s">
      <div role="status" data-testid="quota-wait">
        <Alert type="warning" header="Docker Hub pull rate limit reached">
          The remaining images continue automatically when Docker Hub renews the limit. Transload
          retries at {formatClock(checkAtMs)}. To continue now, sign in to Docker Hub: signed-in
          users have a higher limit.
        </Alert>
      </div>
      {signIn}
    </SpaceBetween>
  );
}
