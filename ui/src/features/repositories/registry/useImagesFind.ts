import { useRef, useState } from "react";
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

/**
 * Searches the lists of images on this computer. A new text or version of the lists, and a reload, stops the previous
 * search.
 */
export function useImagesFind(
  connection: AwsConnection,
  text: string,
  version: string,
): ImagesFind {
  const backend = useBackend();
  const key = text === "" ? null : `${connectionKey(connection)} ${version} ${text}`;
  const [first, setFirst] = useState<{ key: string; found: FoundImages } | null>(null);
  const { answer, error, loading, reload } = useRequest(key, async (signal) => {
    const attempt = newAttemptId();
    const stop = () => void backend.imagesFindStop(attempt).catch(() => {});
    signal.addEventListener("abort", stop);
    try {
      return await backend.imagesFind(connection, text, attempt, (news) => {
        if (!signal.aborted && key !== null) {
          setFirst({ key, found: news });
        }
      });
    } finally {
      signal.removeEventListener("abort", stop);
    }
  });
  const early = first !== null && first.key === key ? first.found : null;
  const current = answer ?? early;
  const previous = useRef<FoundImages | null>(null);
  if (current !== null || !loading) {
    previous.current = current;
  }
  return { found: previous.current, isSearching: loading, error, reload };
}
