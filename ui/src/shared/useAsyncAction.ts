import { useCallback, useState } from "react";

/** The state of an action of the user. */
export interface AsyncAction {
  readonly busy: boolean;
  /** The name of the running action, for the button that waits for it. */
  readonly running: string | null;
  /** The error of the last run. */
  readonly error: unknown;
  /**
   * Runs the action, with a name if several buttons share the state. Returns whether it succeeded. Errors
   * are stored, not thrown.
   */
  readonly run: (work: () => Promise<void>, name?: string) => Promise<boolean>;
  /** Clears the error. */
  readonly dismiss: () => void;
}

/** Runs an action of a button, with its state and error. */
export function useAsyncAction(): AsyncAction {
  const [running, setRunning] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const run = useCallback(async (work: () => Promise<void>, name = "") => {
    setRunning(name);
    setError(null);
    try {
      await work();
      return true;
    } catch (failure) {
      setError(failure);
      return false;
    } finally {
      setRunning(null);
    }
  }, []);
  const dismiss = useCallback(() => setError(null), []);
  return { busy: running !== null, running, error, run, dismiss };
}
