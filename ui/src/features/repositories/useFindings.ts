import { useCallback, useEffect, useRef, useState } from "react";
import { useBackend } from "../../ipc";
import type { AwsConnection, ListedFindings } from "../../ipc/generated";
import type { RepositoryImageRow } from "./repositoryImageRows";

/** Images per request. */
const batchSize = 100;

/** Debounce time, to cover a burst of typing. */
const settleMs = 150;

/** The image of a row that ECR scans: of an index, its first image. `null` for artifacts. */
export function scannedDigest(row: RepositoryImageRow): string | null {
  if (row.status === "archived" || row.status === "activating") {
    return null;
  }
  if (row.kind === "index") {
    return row.parts.find(({ kind }) => kind === "image")?.digest ?? null;
  }
  return row.kind === "image" ? row.digest : null;
}

/** Findings by the digest of the scanned image, and the newest error of a whole request. */
interface Findings {
  readonly byDigest: ReadonlyMap<string, ListedFindings>;
  readonly error: unknown;
  /** Asks again for the rows in sight. Current findings stay until then. */
  readonly reload: () => void;
}

/**
 * Reads the findings of the rows in sight, once each, while they are shown, and again for a new list of images, as after
 * Refresh. ECR has no bulk request for them.
 */
export function useFindings(
  connection: AwsConnection,
  repository: string,
  rows: readonly RepositoryImageRow[],
  shown: boolean,
  list: unknown,
): Findings {
  const backend = useBackend();
  const [byDigest, setByDigest] = useState<ReadonlyMap<string, ListedFindings>>(new Map());
  const [error, setError] = useState<unknown>(null);
  const asked = useRef(new Set<string>());
  const wanted = shown ? [...new Set(rows.map(scannedDigest))].filter((one) => one !== null) : [];
  const latest = useRef({ backend, connection, repository, wanted });
  latest.current = { backend, connection, repository, wanted };

  const [round, setRound] = useState(0);
  const reload = useCallback(() => {
    asked.current.clear();
    setError(null);
    setRound((count) => count + 1);
  }, []);
  const known = useRef(list);
  useEffect(() => {
    if (known.current !== list) {
      known.current = list;
      reload();
    }
  }, [list, reload]);

  const question = `${round} ${wanted.join(" ")}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key contains the digests and the round.
  useEffect(() => {
    const timer = setTimeout(() => {
      const { backend, connection, repository, wanted } = latest.current;
      const missing = wanted.filter((one) => !asked.current.has(one)).slice(0, batchSize);
      if (missing.length === 0) {
        return;
      }
      for (const one of missing) {
        asked.current.add(one);
      }
      backend.imageFindingCounts(connection, repository, missing).then(
        (answers) => {
          setError(null);
          setByDigest(
            (known) => new Map([...known, ...answers.map((one) => [one.digest, one] as const)]),
          );
        },
        (caught: unknown) => {
          for (const one of missing) {
            asked.current.delete(one);
          }
          setError(caught);
        },
      );
    }, settleMs);
    return () => clearTimeout(timer);
  }, [question]);
  return { byDigest, error, reload };
}
