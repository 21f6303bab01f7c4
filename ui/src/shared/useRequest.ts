import { useCallback, useEffect, useRef, useState } from "react";

/** What a request came to so far. */
export interface Request<Answer> {
  /** The newest answer. It stays while it is asked anew, so that a page keeps its place. */
  answer: Answer | null;
  /** What the newest try threw; the answer before it stays. */
  error: unknown;
  /** Whether an answer is awaited now. */
  loading: boolean;
  /** Asks once more. */
  reload: () => void;
}

interface Outcome<Answer> {
  readonly key: string;
  readonly answer: Answer | null;
  readonly error: unknown;
}

/**
 * Asks when it first shows and whenever `key` changes; a null key asks nothing. The key says what
 * is asked for: answers for an earlier key are dropped.
 */
export function useRequest<Answer>(
  key: string | null,
  ask: () => Promise<Answer>,
): Request<Answer> {
  const [outcome, setOutcome] = useState<Outcome<Answer> | null>(null);
  const [attempt, setAttempt] = useState(0);
  const [settled, setSettled] = useState<string | null>(null);
  const latestAsk = useRef(ask);
  latestAsk.current = ask;

  const current = key === null ? null : `${attempt} ${key}`;
  useEffect(() => {
    if (key === null || current === null) {
      return;
    }
    let wanted = true;
    latestAsk.current().then(
      (answer) => {
        if (wanted) {
          setOutcome({ key, answer, error: null });
          setSettled(current);
        }
      },
      (error: unknown) => {
        if (wanted) {
          setOutcome((before) => ({
            key,
            answer: before !== null && before.key === key ? before.answer : null,
            error: error ?? new Error("the request failed without a reason"),
          }));
          setSettled(current);
        }
      },
    );
    return () => {
      wanted = false;
    };
  }, [key, current]);

  const reload = useCallback(() => setAttempt((count) => count + 1), []);
  const known = outcome !== null && outcome.key === key ? outcome : null;
  return {
    answer: known?.answer ?? null,
    error: known?.error ?? null,
    loading: current !== null && settled !== current,
    reload,
  };
}
