import { useCallback, useState } from "react";

/** Something that a person asked for and that takes a moment. */
export interface Work {
  /** Whether it is under way. */
  readonly busy: boolean;
  /** Why the last one failed. */
  readonly error: unknown;
  /** Does it; a failure is kept for showing and not thrown. */
  readonly run: (work: () => Promise<void>) => Promise<void>;
  /** Takes the failure away. */
  readonly dismiss: () => void;
}

/** Runs what a button asks for, with its state and its failure. */
export function useWork(): Work {
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
