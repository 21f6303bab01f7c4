import { useCallback, useEffect, useRef, useState } from "react";

const reloads = new Set<() => void>();

/** Sends the requests of the shown page again, for example after an undo in a notification. */
export function reloadRequests(): void {
  for (const reload of reloads) {
    reload();
  }
}

/** The state of a request. */
export interface Request<Answer> {
  /** The newest answer. It is kept while reloading, so that the page doesn't jump. */
  answer: Answer | null;
  /** The error of the last attempt. The previous answer is kept. */
  error: unknown;
  loading: boolean;
  reload: () => void;
}

interface RequestOutcome<Answer> {
  readonly key: string;
  readonly answer: Answer | null;
  readonly error: unknown;
}

/**
 * Sends a request on mount and when `key` changes. A `null` key sends none. The key identifies the
 * request: answers for a previous key are dropped. The signal is aborted when another request replaces
 * this one, also by a reload, or the page closes.
 */
export function useRequest<Answer>(
  key: string | null,
  ask: (signal: AbortSignal) => Promise<Answer>,
): Request<Answer> {
  const [outcome, setOutcome] = useState<RequestOutcome<Answer> | null>(null);
  const [attempt, setAttempt] = useState(0);
  const [settled, setSettled] = useState<string | null>(null);
  const latestAsk = useRef(ask);
  latestAsk.current = ask;

  const current = key === null ? null : `${attempt} ${key}`;
  useEffect(() => {
    if (key === null || current === null) {
      return;
    }
    const controller = new AbortController();
    latestAsk.current(controller.signal).then(
      (answer) => {
        if (!controller.signal.aborted) {
          setOutcome({ key, answer, error: null });
          setSettled(current);
        }
      },
      (error: unknown) => {
        if (!controller.signal.aborted) {
          setOutcome((before) => ({
            key,
            answer: before !== null && before.key === key ? before.answer : null,
            error: error ?? new Error("the request failed without a reason"),
          }));
          setSettled(current);
        }
      },
    );
    return () => controller.abort();
  }, [key, current]);

  const reload = useCallback(() => setAttempt((count) => count + 1), []);
  useEffect(() => {
    reloads.add(reload);
    return () => {
      reloads.delete(reload);
    };
  }, [reload]);
  const known = outcome !== null && outcome.key === key ? outcome : null;
  return {
    answer: known?.answer ?? null,
    error: known?.error ?? null,
    loading: current !== null && settled !== current,
    reload,
  };
}
