import { useEffect, useRef, useState } from "react";
import { useBackend } from "../../../ipc";
import type { AwsConnection, FoundImages } from "../../../ipc/generated";
import { newAttemptId } from "../../../shared/attemptId";
import { connectionKey } from "../../../shared/connection";
import { useRequest } from "../../../shared/useRequest";

interface ImagesFind {
  /** What was found so far. Until a new text has a match or none, the matches of the previous one. */
  readonly found: FoundImages | null;
  readonly isSearching: boolean;
  readonly error: unknown;
  readonly reload: () => void;
}

/** Searches the lists of images on this computer. A new text or version of the lists cancels the previous search. */
export function useImagesFind(
  connection: AwsConnection,
  text: string,
  version: string,
): ImagesFind {
  const backend = useBackend();
  const key = text === "" ? null : `${connectionKey(connection)} ${version} ${text}`;
  const attempt = useRef<string | null>(null);
  const [first, setFirst] = useState<{ key: string; found: FoundImages } | null>(null);
  const { answer, error, loading, reload } = useRequest(key, async () => {
    const id = newAttemptId();
    attempt.current = id;
    const found = await backend.imagesFind(connection, text, id, (news) => {
      if (attempt.current === id && key !== null) {
        setFirst({ key, found: news });
      }
    });
    if (attempt.current === id) {
      attempt.current = null;
    }
    return found;
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a search belongs to its key.
  useEffect(
    () => () => {
      const running = attempt.current;
      attempt.current = null;
      if (running !== null) {
        void backend.imagesFindStop(running).catch(() => {});
      }
    },
    [backend, key],
  );
  const early = first !== null && first.key === key ? first.found : null;
  const current = answer ?? early;
  const previous = useRef<FoundImages | null>(null);
  if (current !== null || !loading) {
    previous.current = current;
  }
  return { found: previous.current, isSearching: loading, error, reload };
}
