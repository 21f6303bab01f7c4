import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Backend } from "../../../ipc";
import type { MigrationPlan, MigrationRequest, PlanProgress } from "../../../ipc/generated";
import { newAttemptId } from "../../../shared/attemptId";
import { type Request, useRequest } from "../../../shared/useRequest";

export interface PlanRequest extends Request<MigrationPlan> {
  readonly progress: PlanProgress | null;
  /** Whether the user stopped planning. */
  readonly stopped: boolean;
  readonly stop: () => void;
}

/**
 * Returns a short key that changes when the content of a request does. The text of 6,000 images has more
 * than a megabyte: it is kept once, and only this hook compares it.
 */
function useRequestKey(request: MigrationRequest | null): string | null {
  const known = useRef<{ readonly text: string; readonly number: number }>({ text: "", number: 0 });
  return useMemo(() => {
    if (request === null) {
      return null;
    }
    const text = JSON.stringify(request);
    if (text !== known.current.text) {
      known.current = { text, number: known.current.number + 1 };
    }
    return `plan ${known.current.number}`;
  }, [request]);
}

/**
 * Creates the plan of a request, and again when the request changes. The previous plan stays
 * visible. Plans that are no longer needed are cancelled.
 */
export function usePlan(backend: Backend, request: MigrationRequest | null): PlanRequest {
  const [progress, setProgress] = useState<PlanProgress | null>(null);
  const running = useRef<string | null>(null);
  const key = useRequestKey(request);

  const stop = useCallback(() => {
    const attempt = running.current;
    running.current = null;
    setProgress(null);
    if (attempt !== null) {
      // Finished calls don't need a stop.
      backend.migrationPlanCancel(attempt).catch(() => {});
    }
  }, [backend]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new request cancels the previous one
  useEffect(() => stop, [key, stop]);

  const asked = useRequest<MigrationPlan | null>(key, async () => {
    stop();
    if (request === null) {
      return null;
    }
    const attempt = newAttemptId();
    running.current = attempt;
    const plan = await backend.migrationPlan(request, attempt, (progress) => {
      if (running.current === attempt) {
        setProgress(progress);
      }
    });
    if (running.current === attempt) {
      running.current = null;
      setProgress(null);
    }
    return plan;
  });

  const shown = useRef<MigrationPlan | null>(null);
  const over = !asked.loading && asked.error === null;
  const stopped = over && key !== null && asked.answer === null;
  shown.current = key === null || stopped ? null : (asked.answer ?? shown.current);
  return {
    ...asked,
    answer: asked.error === null ? shown.current : null,
    progress,
    stopped,
    stop,
  };
}
