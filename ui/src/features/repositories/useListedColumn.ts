import { useCallback, useEffect, useRef, useState } from "react";

/** Debounce time, to cover a burst of typing. */
const settleMs = 150;
/** The maximum of one request. */
const batchSize = 100;

interface ListedColumn<Value> {
  /** By repository name. */
  readonly values: ReadonlyMap<string, Value>;
  /** The newest error. */
  readonly error: unknown;
  /** Reads the rows in sight again. */
  readonly reload: () => void;
  /** Reads a row again that was read before. */
  readonly forget: (name: string) => void;
}

/**
 * Reads a column that costs one call for each row: only while the column is shown, only the rows in sight, and each
 * once.
 */
export function useListedColumn<Value extends { readonly name: string }>(
  visibleNames: readonly string[],
  isShown: boolean,
  ask: (names: string[]) => Promise<Value[]>,
): ListedColumn<Value> {
  const [values, setValues] = useState<ReadonlyMap<string, Value>>(new Map());
  const [error, setError] = useState<unknown>(null);
  const [round, setRound] = useState(0);
  const asked = useRef(new Set<string>());
  const latest = useRef({ ask, visibleNames });
  latest.current = { ask, visibleNames };

  const question = isShown ? `${round} ${visibleNames.join(" ")}` : null;
  useEffect(() => {
    if (question === null) {
      return;
    }
    const timer = setTimeout(() => {
      const { ask, visibleNames } = latest.current;
      const missing = visibleNames.filter((name) => !asked.current.has(name));
      for (let start = 0; start < missing.length; start += batchSize) {
        const batch = missing.slice(start, start + batchSize);
        for (const name of batch) {
          asked.current.add(name);
        }
        ask(batch).then(
          (answers) => {
            setError(null);
            setValues(
              (known) => new Map([...known, ...answers.map((one) => [one.name, one] as const)]),
            );
          },
          (caught: unknown) => {
            for (const name of batch) {
              asked.current.delete(name);
            }
            setError(caught);
          },
        );
      }
    }, settleMs);
    return () => clearTimeout(timer);
  }, [question]);

  const reload = useCallback(() => {
    asked.current.clear();
    setError(null);
    setRound((count) => count + 1);
  }, []);
  const forget = useCallback((name: string) => {
    if (asked.current.delete(name)) {
      setRound((count) => count + 1);
    }
  }, []);
  return { values, error, reload, forget };
}
