import { useCallback, useEffect, useRef, useState } from "react";
import type { Backend } from "../../../ipc";
import type { ChosenTags, ImageSource, Selection } from "../../../ipc/generated";
import { newAttemptId } from "../../../shared/attemptId";
import { noResult, type RuleResult } from "../steps/rulesResult";

/** Result, progress, and stop function of selecting by rules. */
interface RuleChoice {
  readonly result: RuleResult;
  /**
   * Reads the source. `taken` receives the selected images, or nothing after a stop. Without it, the
   * images are only counted.
   */
  readonly choose: (
    source: ImageSource,
    selection: Selection,
    taken: ((chosen: ChosenTags) => void) | null,
  ) => Promise<void>;
  readonly stop: () => void;
}

/**
 * Selects by rules, one call at a time. Calls that are no longer needed are cancelled. `source` is the key of the
 * source: a result belongs to the source that was read.
 */
export function useRules(backend: Backend, source: string | null): RuleChoice {
  const [result, setResult] = useState(noResult);
  const running = useRef<string | null>(null);
  // What was counted last, so that selecting it doesn't read the source again.
  const counted = useRef<{ key: string; chosen: ChosenTags } | null>(null);

  const stop = useCallback(() => {
    const attempt = running.current;
    running.current = null;
    if (attempt !== null) {
      setResult(noResult);
      // Finished calls don't need a stop.
      backend.sourceChooseCancel(attempt).catch(() => {});
    }
  }, [backend]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another source ends what is read of the one before
  useEffect(
    () => () => {
      stop();
      setResult(noResult);
    },
    [source, stop],
  );

  const choose: RuleChoice["choose"] = useCallback(
    async (source, selection, taken) => {
      stop();
      const key = JSON.stringify([source, selection]);
      if (taken !== null && counted.current?.key === key) {
        const { chosen } = counted.current;
        counted.current = null;
        taken(chosen);
        setResult({ ...noResult, chosen, applied: true });
        return;
      }
      counted.current = null;
      const attempt = newAttemptId();
      running.current = attempt;
      const settle = (settled: RuleResult) => {
        if (running.current === attempt) {
          running.current = settled.loading ? attempt : null;
          setResult(settled);
        }
      };
      settle({ ...noResult, loading: true });
      try {
        const chosen = await backend.sourceChoose(source, selection, attempt, (progress) =>
          settle({ ...noResult, loading: true, progress }),
        );
        if (chosen !== null && running.current === attempt) {
          taken?.(chosen);
          counted.current = taken === null ? { key, chosen } : null;
        }
        settle({ ...noResult, chosen, applied: taken !== null });
      } catch (error) {
        settle({ ...noResult, error });
      }
    },
    [backend, stop],
  );
  return { result, choose, stop };
}
