import { useCallback, useEffect, useRef, useState } from "react";
import type { Backend } from "../../../ipc";
import type { ChosenTags, ImageSource, Selection } from "../../../ipc/generated";
import { newAttemptId } from "../../../shared/attemptId";
import { noResult, type RuleResult } from "../steps/RuleFields";

/** Result, progress, and stop function of selecting by rules. */
export interface RuleChoice {
  readonly result: RuleResult;
  /** Reads the source. `taken` receives the selected images, or nothing after a stop. */
  readonly choose: (
    source: ImageSource,
    selection: Selection,
    taken: (chosen: ChosenTags) => void,
  ) => Promise<void>;
  readonly stop: () => void;
}

/** Selects by rules, one call at a time. Calls that are no longer needed are cancelled. */
export function useRules(backend: Backend): RuleChoice {
  const [result, setResult] = useState(noResult);
  const running = useRef<string | null>(null);

  const stop = useCallback(() => {
    const attempt = running.current;
    running.current = null;
    if (attempt !== null) {
      setResult(noResult);
      // Finished calls don't need a stop.
      backend.sourceChooseCancel(attempt).catch(() => {});
    }
  }, [backend]);
  useEffect(() => stop, [stop]);

  const choose: RuleChoice["choose"] = useCallback(
    async (source, selection, taken) => {
      stop();
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
          taken(chosen);
        }
        settle({ ...noResult, chosen });
      } catch (error) {
        settle({ ...noResult, error });
      }
    },
    [backend, stop],
  );
  return { result, choose, stop };
}
