import { useCallback, useEffect, useRef, useState } from "react";
import { useBackend } from "../../ipc";
import type { AwsConnection, RepositorySummary } from "../../ipc/generated";

/** Debounce time, to cover a burst of typing. */
const settleMs = 150;

/** Summaries of the rows that were visible. */
interface RepositorySummaries {
  /** By repository name. */
  summaries: ReadonlyMap<string, RepositorySummary>;
  /** The newest error. */
  error: unknown;
  /** Reloads the visible rows. Current values stay until then. */
  reload: () => void;
}

/**
 * Loads image counts and sizes of visible rows, once each, and again for a repository that was left: its images may
 * have been read or deleted meanwhile. ECR has no bulk request for them.
 */
export function useRepositorySummaries(
  connection: AwsConnection,
  visibleNames: readonly string[],
  left: { readonly name: string } | null,
): RepositorySummaries {
  const backend = useBackend();
  const [summaries, setSummaries] = useState<ReadonlyMap<string, RepositorySummary>>(new Map());
  const [error, setError] = useState<unknown>(null);
  const [round, setRound] = useState(0);
  const asked = useRef(new Set<string>());
  const latest = useRef({ backend, connection, names: visibleNames });
  latest.current = { backend, connection, names: visibleNames };

  useEffect(() => {
    if (left !== null && asked.current.delete(left.name)) {
      setRound((count) => count + 1);
    }
  }, [left]);

  const question = `${round} ${visibleNames.join(" ")}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key contains the names and the round.
  useEffect(() => {
    const timer = setTimeout(() => {
      const { backend, connection, names } = latest.current;
      const missing = names.filter((name) => !asked.current.has(name));
      if (missing.length === 0) {
        return;
      }
      for (const name of missing) {
        asked.current.add(name);
      }
      backend.repositorySummaries(connection, missing).then(
        (answers) => {
          setError(null);
          setSummaries((known) => {
            const merged = new Map(known);
            for (const answer of answers) {
              merged.set(answer.name, answer);
            }
            return merged;
          });
        },
        (caught: unknown) => {
          for (const name of missing) {
            asked.current.delete(name);
          }
          setError(caught);
        },
      );
    }, settleMs);
    return () => clearTimeout(timer);
  }, [question]);

  const reload = useCallback(() => {
    asked.current.clear();
    setError(null);
    setRound((count) => count + 1);
  }, []);
  return { summaries, error, reload };
}
