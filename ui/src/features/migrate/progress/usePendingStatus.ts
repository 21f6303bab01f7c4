/** The status that a button of a running migration leads to, shown until the job has it. `JobContainer` uses it. */
import { useEffect, useState } from "react";
import type { JobSnapshot } from "../../../ipc/generated";

export type PendingStatus = "paused" | "running" | "cancelling";

type Status = JobSnapshot["status"];

interface StatusRequest {
  readonly wanted: PendingStatus;
  /** The status when it was requested. */
  readonly from: Status;
}

/**
 * Returns the requested status, or `null`, and a function that requests one. The command answers before
 * its event arrives, so the request is pending until the status changes, or until the command failed.
 * It ends in the same rendering as the status changes, because a button that waits accepts no click.
 */
export function usePendingStatus(
  status: Status,
): [PendingStatus | null, (wanted: PendingStatus, send: () => Promise<boolean>) => void] {
  const [requested, setRequested] = useState<StatusRequest | null>(null);
  // For when the status changes back.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new status answers the request
  useEffect(() => setRequested(null), [status]);
  const request = (wanted: PendingStatus, send: () => Promise<boolean>) => {
    setRequested({ wanted, from: status });
    send().then((sent) => {
      if (!sent) {
        setRequested(null);
      }
    });
  };
  return [requested?.from === status ? requested.wanted : null, request];
}
