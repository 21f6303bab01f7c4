import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Backend } from "../../../ipc";
import type { MigrationPlan, MigrationRequest, PlanProgress } from "../../../ipc/generated";
import { newAttempt } from "../../../shared/attempt";
import { type Request, useRequest } from "../../../shared/useRequest";

/** A plan that is being made, or was. */
export interface PlanRequest extends Request<MigrationPlan> {
  /** How far its making is. */
  readonly progress: PlanProgress | null;
  /** Whether a person stopped its making. */
  readonly stopped: boolean;
  /** Stops its making. */
  readonly stop: () => void;
}

/**
 * Makes the plan of a request, and makes it anew whenever the request changes. While it is made
 * anew, the one before stays in sight. A plan that nobody waits for any more is stopped.
 */
export function usePlan(backend: Backend, request: MigrationRequest | null): PlanRequest {
  const [progress, setProgress] = useState<PlanProgress | null>(null);
  const running = useRef<string | null>(null);
  const key = useMemo(() => (request === null ? null : JSON.stringify(request)), [request]);

  const stop = useCallback(() => {
    const attempt = running.current;
    running.current = null;
    setProgress(null);
    if (attempt !== null) {
      // What is over by now needs no stop.
      backend.migrationPlanCancel(attempt).catch(() => {});
    }
  }, [backend]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another request ends the one before
  useEffect(() => stop, [key, stop]);

  const asked = useRequest<MigrationPlan | null>(key, async () => {
    stop();
    if (request === null) {
      return null;
    }
    const attempt = newAttempt();
    running.current = attempt;
    const plan = await backend.migrationPlan(request, attempt, (told) => {
      if (running.current === attempt) {
        setProgress(told);
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
