import { useCallback, useEffect, useRef, useState } from "react";
import { useBackend } from "../../ipc";
import type { AwsConnection, RepositorySummary } from "../../ipc/generated";

/** How long the rows in sight must stay the same before they are asked for: one burst of typing. */
const settleMs = 150;

/** Counts of the rows that were in sight so far. */
export interface RepositorySummaries {
  /** By the repository's name. */
  summaries: ReadonlyMap<string, RepositorySummary>;
  /** What the newest failed question threw. */
  error: unknown;
  /** Asks anew for the rows in sight; what is known stays until the answer is there. */
  reload: () => void;
}

/**
 * Image counts and sizes for the rows in sight. ECR answers them repository by repository, so a
 * list of 10,000 asks for one page only, and for each row once.
 */
export function useRepositorySummaries(
  connection: AwsConnection,
  visibleNames: readonly string[],
): RepositorySummaries {
  const backend = useBackend();
  const [summaries, setSummaries] = useState<ReadonlyMap<string, RepositorySummary>>(new Map());
  const [error, setError] = useState<unknown>(null);
  const [round, setRound] = useState(0);
  const asked = useRef(new Set<string>());
  const latest = useRef({ backend, connection, names: visibleNames });
  latest.current = { backend, connection, names: visibleNames };

  const question = `${round} ${visibleNames.join(" ")}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the question stands for the names and the round.
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
