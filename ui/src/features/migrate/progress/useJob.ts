import { startTransition, useCallback, useEffect, useRef, useState } from "react";
import { useBackend } from "../../../ipc/BackendContext";
import type { Unsubscribe } from "../../../ipc/backend";
import type { JobEvent } from "../../../ipc/generated";
import { type JobState, jobAfter, jobFromSnapshot } from "./jobState";
import type { SpeedHistory } from "./speedHistory";

/**
 * Minimum time between two updates of the page. Each draws the rows of the table and leaves garbage: with ten
 * of them a second, the page did nothing else while 1,355 images were copied.
 */
const frameMs = 250;

export interface FollowedJob {
  readonly state: JobState | null;
  /** The error of loading the job. */
  readonly error: unknown;
  readonly reload: () => void;
}

/**
 * Loads the snapshot of a job and applies its events. Loads a new snapshot if an event was missed.
 */
export function useJob(job: string | null): FollowedJob {
  const backend = useBackend();
  const [state, setState] = useState<JobState | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  const reload = useCallback(() => setAttempt((count) => count + 1), []);
  const gap = state?.gap === true;
  // The speeds of every followed job, for when the window follows it again.
  const speeds = useRef(new Map<string, SpeedHistory>());
  useEffect(() => {
    if (state !== null) {
      speeds.current.set(state.snapshot.job, state.speeds);
    }
  }, [state]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt restarts the effect
  useEffect(() => {
    if (job === null) {
      setState(null);
      return;
    }
    let wanted = true;
    let stop: Unsubscribe = () => {};
    let timer: ReturnType<typeof setTimeout> | undefined;
    let waiting: JobEvent[] = [];
    const flush = () => {
      timer = undefined;
      const events = waiting;
      waiting = [];
      // A click doesn't wait until the rows are drawn.
      startTransition(() =>
        setState((before) => (before === null ? null : jobAfter(before, events))),
      );
    };
    const take = (event: JobEvent) => {
      waiting.push(event);
      timer ??= setTimeout(flush, frameMs);
    };
    setError(null);
    backend.jobSnapshot(job).then(
      (snapshot) => {
        if (wanted) {
          setState(jobFromSnapshot(snapshot, speeds.current.get(job)));
          stop = backend.jobFollow(job, snapshot.next_seq, take);
        }
      },
      (failure: unknown) => {
        if (wanted) {
          setError(failure);
        }
      },
    );
    return () => {
      wanted = false;
      stop();
      clearTimeout(timer);
    };
  }, [backend, job, attempt]);

  useEffect(() => {
    if (gap) {
      reload();
    }
  }, [gap, reload]);

  const shown = state !== null && state.snapshot.job === job ? state : null;
  return { state: shown, error, reload };
}
