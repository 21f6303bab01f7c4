/** The running migrations, for the navigation of every page. Used by `App`. */
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { percentOf } from "../features/migrate";
import type { Backend } from "../ipc/backend";
import type { JobSnapshot, ListedJob } from "../ipc/generated";
import { sourceLabel } from "../shared/connection";
import type { Notify } from "../shared/notify";
import { finishedNotice } from "./useFinishedNotice";

export interface RunningJob {
  readonly job: string;
  readonly percent: number;
  /** Where its images come from. */
  readonly source: string;
}

/** Time between two looks at jobs that the window doesn't follow. */
const pollMs = 2_000;

function runningJob(job: Pick<ListedJob, "job" | "source" | "status" | "progress">): RunningJob {
  return { job: job.job, percent: percentOf(job), source: sourceLabel(job.source) };
}

/**
 * Lists the running jobs. The window follows one of them by its events. The others are read from time
 * to time, and announced when they finish.
 */
export function useRunningJobs(
  backend: Backend,
  ready: boolean,
  followed: JobSnapshot | undefined,
  notify: Notify,
  onOpen: (job: string) => void,
): readonly RunningJob[] {
  const [others, setOthers] = useState<readonly ListedJob[]>([]);
  const known = useRef<ReadonlySet<string>>(new Set());
  const followedId = followed?.job ?? null;
  const runs = followed !== undefined && followed.status !== "finished";
  const latest = useRef({ notify, onOpen, followedId });
  latest.current = { notify, onOpen, followedId };

  const look = useCallback(
    () =>
      backend.jobsList().then(
        (jobs) => {
          const { notify, onOpen, followedId } = latest.current;
          const elsewhere = jobs.filter(({ job }) => job !== followedId);
          for (const listed of elsewhere) {
            if (listed.status === "finished" && known.current.has(listed.job)) {
              notify(finishedNotice(listed, () => onOpen(listed.job)));
            }
          }
          const running = elsewhere.filter(({ status }) => status !== "finished");
          known.current = new Set(running.map(({ job }) => job));
          setOthers(running);
        },
        // The next look may succeed. The page of the job shows its errors.
        () => {},
      ),
    [backend],
  );
  // A job that is no longer followed continues in the background.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another followed job is a reason to look
  useEffect(() => {
    if (ready) {
      void look();
    }
  }, [ready, look, followedId]);
  const polls = others.length > 0;
  useEffect(() => {
    if (!polls) {
      return;
    }
    const timer = setInterval(() => void look(), pollMs);
    return () => clearInterval(timer);
  }, [polls, look]);

  return useMemo(
    () => [
      ...(runs ? [runningJob(followed)] : []),
      ...others.filter(({ job }) => job !== followedId).map(runningJob),
    ],
    [runs, followed, others, followedId],
  );
}
