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
  /** Lists all images again, or resumes a stopped read. */
  readonly read: () => void;
  readonly stop: () => void;
  /** Loads again what is known, without listing images. */
  readonly reload: () => void;
}

const starting: RegistryReadProgress = { repositories: 0, repositories_read: 0, images: 0 };

/** Loads what is known of all repositories. Lists images only when asked: that can be thousands of calls. */
export function useRegistryContents(
  connection: AwsConnection,
  enabled: boolean,
): RegistryContentsState {
  const backend = useBackend();
  const key = connectionKey(connection);
  const known = useRequest(enabled ? key : null, () => backend.registryContents(connection));
  const [read, setRead] = useState<RegistryContents | null>(null);
  const [progress, setProgress] = useState<RegistryReadProgress | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  /** The start of a stopped read: resuming it keeps the lists that are newer. */
  const [stoppedSince, setStoppedSince] = useState<number | null>(null);
  const attempt = useRef<string | null>(null);
  useEffect(
    () => () => {
      if (attempt.current !== null) {
        void backend.registryContentsReadStop(attempt.current).catch(() => {});
      }
    },
    [backend],
  );
  // An answer to a later request is newer than the read.
  const answer = known.answer;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new answer replaces the read
  useEffect(() => setRead(null), [answer]);

  const start = async () => {
    const id = newAttemptId();
    const since = stoppedSince ?? Date.now();
    attempt.current = id;
    setFailure(null);
    setStoppedSince(null);
    setProgress(starting);
    try {
      const answer = await backend.registryContentsRead(connection, since, id, (news) => {
        if (attempt.current === id) {
          setProgress(news);
        }
      });
      if (answer === null) {
        setStoppedSince(since);
        known.reload();
      } else {
        setRead(answer);
      }
    } catch (caught) {
      // What was listed before the error is kept.
      setStoppedSince(since);
      setFailure(caught);
      known.reload();
    } finally {
      attempt.current = null;
      setProgress(null);
    }
  };
  return {
    contents: read ?? answer,
    unread: read?.unread ?? [],
    progress,
    error: failure ?? known.error,
    isStopped: stoppedSince !== null,
    read: () => void start(),
    stop: () => {
      if (attempt.current !== null) {
        void backend.registryContentsReadStop(attempt.current).catch(setFailure);
      }
    },
    reload: known.reload,
  };
}
