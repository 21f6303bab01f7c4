import { useEffect } from "react";
import { useBackend } from "../../ipc";
import type { AwsConnection, RepositorySummary } from "../../ipc/generated";
import { useListedColumn } from "./useListedColumn";

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
  const { values, error, reload, forget } = useListedColumn(visibleNames, true, (names) =>
    backend.repositorySummaries(connection, names),
  );
  useEffect(() => {
    if (left !== null) {
      forget(left.name);
    }
  }, [left, forget]);
  return { summaries: values, error, reload };
}
