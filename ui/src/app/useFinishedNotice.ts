import { useEffect, useRef } from "react";
import type { JobSnapshot, ListedJob, ReportSummary } from "../ipc/generated";
import type { Notice, Notify } from "../shared/notify";

/** By the status of the report, so that the notification says the same as the result and the history. */
const endings: Record<ReportSummary["status"], Pick<Notice, "type" | "header">> = {
  success: { type: "success", header: "Migration completed" },
  info: { type: "info", header: "Migration completed" },
  stopped: { type: "info", header: "Migration stopped" },
  warning: { type: "warning", header: "Migration ended with problems" },
  error: { type: "error", header: "Migration failed" },
  "in-progress": { type: "warning", header: "Migration ended with problems" },
};

/** The notification of a migration that finished while the user was elsewhere. */
export function finishedNotice(
  { job, summary }: Pick<ListedJob, "job" | "summary">,
  onOpen: () => void,
): Notice {
  return {
    ...endings[summary?.status ?? "warning"],
    text: summary === null ? undefined : `${summary.title}. ${summary.text}`,
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
    if (ran && !shown) {
      const summary = latest.current?.report?.summary ?? null;
      notify(finishedNotice({ job, summary }, onOpen));
    }
  }, [job, finished, shown, notify, onOpen]);
}
