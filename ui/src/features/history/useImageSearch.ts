import { useEffect, useState } from "react";
import { useBackend } from "../../ipc/BackendContext";
import type { HistoryMatch } from "../../ipc/generated";
import { useRequest } from "../../shared/useRequest";

/** Time without a key after which the images are searched. */
const pauseMs = 150;
/** Shorter texts find every migration. */
const shortest = 2;

const none: ReadonlyMap<string, HistoryMatch> = new Map();

/** A search of recorded images. */
export interface ImageSearch {
  /** The found images, by migration. */
  readonly found: ReadonlyMap<string, HistoryMatch>;
  readonly error: unknown;
  readonly reload: () => void;
  readonly onText: (text: string) => void;
}

/** Finds migrations by their images: names, tags, and digests. */
export function useImageSearch(): ImageSearch {
  const backend = useBackend();
  const [typed, setTyped] = useState("");
  const [text, setText] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setText(typed.trim()), pauseMs);
    return () => clearTimeout(timer);
  }, [typed]);
  // An answer for an earlier text must not stay.
  const isCurrent = typed.trim() === text && text.length >= shortest;
  const request = useRequest(isCurrent ? text : null, async () => {
    const matches = await backend.historySearch(text);
    return new Map(matches.map((match) => [match.migration, match]));
  });
  return {
    found: (isCurrent ? request.answer : null) ?? none,
    error: isCurrent ? request.error : null,
    reload: request.reload,
    onText: setTyped,
  };
}
