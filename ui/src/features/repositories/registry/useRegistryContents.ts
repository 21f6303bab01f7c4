import { useEffect, useRef, useState } from "react";
import { useBackend } from "../../../ipc";
import type {
  AwsConnection,
  RegistryContents,
  RegistryReadProgress,
  UnreadRepository,
} from "../../../ipc/generated";
import { newAttemptId } from "../../../shared/attemptId";
import { connectionKey } from "../../../shared/connection";
import { useRequest } from "../../../shared/useRequest";

/** What is known of the contents of all repositories, and the read that updates it. */
export interface RegistryContentsState {
  /** `null` until the first answer. */
  readonly contents: RegistryContents | null;
  /** Repositories that the last read couldn't read. */
  readonly unread: readonly UnreadRepository[];
  /** The running read, or `null`. */
  readonly progress: RegistryReadProgress | null;
  readonly error: unknown;
  /** Whether a read was stopped and can be resumed. */
  readonly isStopped: boolean;
  /** Whether the running read was asked to stop. */
  readonly isStopping: boolean;
  /** Lists all images again, or resumes a stopped read. */
  readonly read: () => void;
  readonly stop: () => void;
  /** Loads again what is known, without listing images. */
  readonly reload: () => void;
}

const starting: RegistryReadProgress = { repositories: 0, repositories_read: 0, images: 0 };

/**
 * Loads what is known of all repositories, and again with each `news`. Lists images only when asked: that can be thousands
 * of calls.
 */
export function useRegistryContents(
  connection: AwsConnection,
  enabled: boolean,
  news: number,
): RegistryContentsState {
  const backend = useBackend();
  const key = connectionKey(connection);
  const known = useRequest(enabled ? key : null, () => backend.registryContents(connection));
  const [read, setRead] = useState<RegistryContents | null>(null);
  const [progress, setProgress] = useState<RegistryReadProgress | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  /** The start of a stopped read: resuming it keeps the lists that are newer. */
  const [stoppedSince, setStoppedSince] = useState<number | null>(null);
  const [isStopping, setIsStopping] = useState(false);
  const attempt = useRef<string | null>(null);
  /** Number of reads that were started. */
  const reads = useRef(0);
  useEffect(
    () => () => {
      if (attempt.current !== null) {
        void backend.registryContentsReadStop(attempt.current).catch(() => {});
      }
    },
    [backend],
  );
  /** Loads what was listed until a read ended, unless the next one started meanwhile. */
  const refresh = async () => {
    const after = reads.current;
    try {
      const fresh = await backend.registryContents(connection);
      if (reads.current === after) {
        setRead((before) => ({ ...fresh, unread: before?.unread ?? fresh.unread }));
      }
    } catch (caught) {
      setFailure(caught);
    }
  };
  const seenNews = useRef(news);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it runs with each news
  useEffect(() => {
    // A read that runs shows the news at its end.
    if (seenNews.current !== news && enabled && attempt.current === null) {
      void refresh();
    }
    seenNews.current = news;
  }, [news]);
  const start = async () => {
    const id = newAttemptId();
    const since = stoppedSince ?? Date.now();
    attempt.current = id;
    reads.current += 1;
    setFailure(null);
    setStoppedSince(null);
    setIsStopping(false);
    setProgress(starting);
    let answer: RegistryContents | null = null;
    try {
      answer = await backend.registryContentsRead(connection, since, id, (news) => {
        if (attempt.current === id) {
          setProgress(news);
        }
      });
    } catch (caught) {
      setFailure(caught);
    }
    attempt.current = null;
    setProgress(null);
    if (answer === null) {
      // What was listed until then is kept.
      setStoppedSince(since);
      await refresh();
    } else {
      setRead(answer);
    }
  };
  return {
    contents: read ?? known.answer,
    unread: read?.unread ?? [],
    progress,
    error: failure ?? known.error,
    isStopped: stoppedSince !== null,
    isStopping: isStopping && progress !== null,
    read: () => void start(),
    stop: () => {
      if (attempt.current !== null) {
        setIsStopping(true);
        void backend.registryContentsReadStop(attempt.current).catch(setFailure);
      }
    },
    reload: () => {
      setRead(null);
      known.reload();
    },
  };
}
