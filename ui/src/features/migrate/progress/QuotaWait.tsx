import Alert from "@cloudscape-design/components/alert";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { formatClock } from "../../../shared/format";

interface QuotaWaitProps {
  /** When the quota is looked at again. */
  lookAgainAtMs: number;
  /** A sign-in to the source. */
  signIn: ReactNode;
}

/** Images wait for the source's pull quota: since what, until when, and what ends it sooner. */
export function QuotaWait({ lookAgainAtMs, signIn }: QuotaWaitProps) {
  return (
    <SpaceBetween size="s">
      <div role="status" data-testid="quota-wait">
        <Alert type="warning" header="Docker Hub's pull quota is used up">
          The images that are left wait, and go on by themselves as soon as Docker Hub allows it. It
          is asked again at {formatClock(lookAgainAtMs)}. Who signs in has a larger quota and need
          not wait.
        </Alert>
      </div>
      {signIn}
    </SpaceBetween>
  );
}
