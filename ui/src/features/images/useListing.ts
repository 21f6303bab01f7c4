import { useCallback, useEffect, useRef, useState } from "react";
import { useBackend } from "../../ipc";
import type { ListProgress } from "../../ipc/generated";
import { newAttemptId } from "../../shared/attemptId";

/** A list of files that is being made, or was made. */
interface Listing<Answer> {
  readonly answer: Answer | null;
  readonly progress: ListProgress | null;
  readonly running: boolean;
  readonly error: unknown;
  /** Starts the list, and stops an earlier one. */
  readonly start: (call: ListCall<Answer>) => void;
  readonly stop: () => void;
}

/** A call that lists files. Answers `null` if it was stopped. */
type ListCall<Answer> = (
  attempt: string,
  onProgress: (progress: ListProgress) => void,
) => Promise<Answer | null>;

const none = { answer: null, progress: null, running: false, error: null };

/** Runs a call that downloads layers. It stops with the component. */
export function useListing<Answer>(): Listing<Answer> {
  const backend = useBackend();
  const [state, setState] = useState<Omit<Listing<Answer>, "start" | "stop">>(none);
  const running = useRef<string | null>(null);

  const stop = useCallback(() => {
    const attempt = running.current;
    running.current = null;
    if (attempt !== null) {
      setState(none);
      // Finished calls don't need a stop.
      backend.imageLayerFilesCancel(attempt).catch(() => {});
    }
  }, [backend]);
  useEffect(() => stop, [stop]);

  const start = useCallback(
    (call: ListCall<Answer>) => {
      stop();
      const attempt = newAttemptId();
      running.current = attempt;
      const settle = (next: Partial<typeof state>) => {
        if (running.current === attempt) {
          setState({ ...none, ...next });
          if (next.running !== true) {
            running.current = null;
          }
        }
      };
      settle({ running: true });
      call(attempt, (progress) => settle({ running: true, progress })).then(
        (answer) => settle({ answer }),
        (error: unknown) => settle({ error }),
      );
    },
    [stop],
  );
  return { ...state, start, stop };
}
