import { useCallback, useRef, useState } from "react";

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
  /**
   * The state of the button of an action: it loads while its action runs, and is disabled while another one
   * does. A loading button accepts no click, and keeps the keyboard focus, which a disabled one loses.
   */
  readonly buttonState: (name: string) => { readonly loading: boolean; readonly disabled: boolean };
  readonly dismiss: () => void;
}

/** Runs an action of a button, with its state and error. */
export function useAsyncAction(): AsyncAction {
  const [running, setRunning] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const latest = useRef(0);
  const run = useCallback(async (work: () => Promise<void>, name = "") => {
    latest.current += 1;
    const own = latest.current;
    setRunning(name);
    setError(null);
    try {
      await work();
      return true;
    } catch (failure) {
      setError(failure);
      return false;
    } finally {
      // The end of an earlier action isn't that of a later one.
      if (latest.current === own) {
        setRunning(null);
      }
    }
  }, []);
  const dismiss = useCallback(() => setError(null), []);
  const buttonState = (name: string) => ({
    loading: running === name,
    disabled: running !== null && running !== name,
  });
  return { busy: running !== null, running, error, run, buttonState, dismiss };
}
