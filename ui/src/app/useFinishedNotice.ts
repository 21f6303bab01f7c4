import { useEffect, useRef } from "react";
import type { JobSnapshot } from "../ipc/generated";
import type { Notify } from "../shared/notify";

/** Notifies the user that a migration finished while another page or the wizard was shown. */
export function useFinishedNotice(
  snapshot: JobSnapshot | undefined,
  shown: boolean,
  notify: Notify,
  onOpen: () => void,
): void {
  const running = useRef<string | null>(null);
  const job = snapshot?.job ?? null;
  const finished = snapshot?.status === "finished";
  const succeeded = snapshot?.report?.outcome === "succeeded";
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
    if (ran && !shown) {
      notify({
        type: succeeded ? "success" : "warning",
        header: succeeded ? "Migration completed" : "Migration ended with problems",
        action: { text: "Open", onClick: onOpen },
      });
    }
  }, [job, finished, succeeded, shown, notify, onOpen]);
}
