import { useEffect, useRef } from "react";
import type { JobSnapshot } from "../ipc/generated";
import type { Notice, Notify } from "../shared/notify";

/** The notification of a migration that finished while the user was elsewhere. */
export function finishedNotice({ job, report }: JobSnapshot, onOpen: () => void): Notice {
  const succeeded = report?.outcome === "succeeded";
  return {
    type: succeeded ? "success" : "warning",
    header: succeeded ? "Migration completed" : "Migration ended with problems",
    text: report?.summary.text,
    about: [`migration ${job}`],
    action: { text: "Open", onClick: onOpen },
  };
}

/** Notifies the user that a migration finished while another page or the wizard was shown. */
export function useFinishedNotice(
  snapshot: JobSnapshot | undefined,
  shown: boolean,
  notify: Notify,
  onOpen: () => void,
): void {
  const running = useRef<string | null>(null);
  const latest = useRef(snapshot);
  latest.current = snapshot;
  const job = snapshot?.job ?? null;
  const finished = snapshot?.status === "finished";
  useEffect(() => {
    if (job === null) {
      return;
    }
    if (!finished) {
      running.current = job;
      return;
    }
    const ran = running.current === job;
    running.current = null;
    if (ran && !shown && latest.current !== undefined) {
      notify(finishedNotice(latest.current, onOpen));
    }
  }, [job, finished, shown, notify, onOpen]);
}
