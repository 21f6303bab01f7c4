import { useCallback, useState } from "react";

/** The state of an action of the user. */
export interface AsyncAction {
  readonly busy: boolean;
  /** The error of the last run. */
  readonly error: unknown;
  /** Runs the action. Errors are stored, not thrown. */
  readonly run: (work: () => Promise<void>) => Promise<void>;
  /** Clears the error. */
  readonly dismiss: () => void;
}

/** Runs an action of a button, with its state and error. */
export function useAsyncAction(): AsyncAction {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const run = useCallback(async (work: () => Promise<void>) => {
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  }, []);
  const dismiss = useCallback(() => setError(null), []);
  return { busy, error, run, dismiss };
}
