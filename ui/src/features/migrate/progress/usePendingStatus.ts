/** The status that a button of a running migration leads to, shown until the job has it. `JobContainer` uses it. */
import { useEffect, useState } from "react";
import type { JobSnapshot } from "../../../ipc/generated";

export type PendingStatus = "paused" | "running" | "cancelling";

type Status = JobSnapshot["status"];

/**
 * Returns the requested status, or `null`, and a function that requests one. The command answers before
 * its event arrives, so the request is pending until the status changes, or until the command failed.
 */
export function usePendingStatus(
  status: Status,
): [PendingStatus | null, (wanted: PendingStatus, send: () => Promise<boolean>) => void] {
  const [pending, setPending] = useState<PendingStatus | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new status answers the request
  useEffect(() => setPending(null), [status]);
  const request = (wanted: PendingStatus, send: () => Promise<boolean>) => {
    setPending(wanted);
    send().then((sent) => {
      if (!sent) {
        setPending(null);
      }
    });
  };
  return [pending, request];
}
