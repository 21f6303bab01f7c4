import { useEffect, useMemo, useRef, useState } from "react";
import { useBackend } from "../../ipc";
import type {
  AwsConnection,
  RepositoryDetails,
  RepositoryRows,
  UnreadManifest,
} from "../../ipc/generated";
import { imageRows, type RepositoryImageRow } from "./repositoryImageRows";

/** Manifests per request, the maximum of ECR. */
const batchSize = 100;

/** Indexes that are read without asking: at most 10 requests. */
const maxReadAtOnce = 1000;

/** A read of manifests in progress. */
interface ManifestsRead {
  readonly done: number;
  readonly total: number;
}

export interface ImageRows {
  readonly rows: readonly RepositoryImageRow[];
  readonly grouped: RepositoryRows;
  /** Manifests that couldn't be read, with the reason. */
  readonly unread: readonly UnreadManifest[];
  readonly progress: ManifestsRead | null;
  readonly error: unknown;
  /** Reads manifests, those of earlier reads from the cache. */
  readonly read: (digests: readonly string[]) => Promise<void>;
  /** Stops after the current request. */
  readonly stop: () => void;
}

/**
 * The rows of a repository. Indexes are read when it is opened, unless its lifecycle policy uses
 * pull times: ECR may count a read as a pull.
 */
export function useImageRows(connection: AwsConnection, details: RepositoryDetails): ImageRows {
  const backend = useBackend();
  const [read, setRead] = useState<{ of: RepositoryDetails; grouped: RepositoryRows } | null>(null);
  const [unread, setUnread] = useState<readonly UnreadManifest[]>([]);
  const [progress, setProgress] = useState<ManifestsRead | null>(null);
  const [error, setError] = useState<unknown>(null);
  const running = useRef<AbortController | null>(null);
  const { name } = details.repository;
  const grouped = read?.of === details ? read.grouped : details.rows;

  const readManifests = async (digests: readonly string[]) => {
    running.current?.abort();
    const stop = new AbortController();
    running.current = stop;
    setError(null);
    setUnread([]);
    try {
      const failures: UnreadManifest[] = [];
      for (let done = 0; done < digests.length && !stop.signal.aborted; done += batchSize) {
        setProgress({ done, total: digests.length });
        const batch = digests.slice(done, done + batchSize);
        failures.push(...(await backend.repositoryManifestsRead(connection, name, batch)));
      }
      const rows = await backend.repositoryRows(connection, name);
      if (running.current === stop) {
        setRead({ of: details, grouped: rows });
        setUnread(failures);
      }
    } catch (failure) {
      if (running.current === stop) {
        setError(failure);
      }
    } finally {
      if (running.current === stop) {
        setProgress(null);
      }
    }
  };

  const indexes = details.rows.unread_indexes;
  const readsAtOnce =
    !details.lifecycle.uses_pull_times && indexes.length > 0 && indexes.length <= maxReadAtOnce;
  const latest = useRef(readManifests);
  latest.current = readManifests;
  useEffect(() => {
    if (readsAtOnce) {
      void latest.current(indexes);
    }
    return () => running.current?.abort();
  }, [readsAtOnce, indexes]);

  const rows = useMemo(() => imageRows(details.images, grouped), [details.images, grouped]);
  return {
    rows,
    grouped,
    unread,
    progress,
    error,
    read: readManifests,
    stop: () => running.current?.abort(),
  };
}
