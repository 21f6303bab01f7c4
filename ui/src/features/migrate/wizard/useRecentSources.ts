import { useCallback, useEffect, useRef, useState } from "react";
import type { Backend } from "../../../ipc";
import type { ImageSource } from "../../../ipc/generated";

/** The sources that were used last. */
interface RecentSourceList {
  readonly sources: readonly ImageSource[];
  readonly clear: () => void;
}

/**
 * Reads the recent sources. `used` is the source whose repositories were listed, or `null`. It is put
 * first. The list is a convenience: the step works without it.
 */
export function useRecentSources(backend: Backend, used: ImageSource | null): RecentSourceList {
  const [sources, setSources] = useState<readonly ImageSource[]>([]);
  // Only the answer to the last call is the list.
  const last = useRef(0);
  const follow = useCallback((answer: Promise<readonly ImageSource[]>) => {
    last.current += 1;
    const mine = last.current;
    answer.then(
      (list) => {
        if (mine === last.current) {
          setSources(list);
        }
      },
      () => {},
    );
  }, []);
  const key = used === null ? null : JSON.stringify(used);
  useEffect(() => {
    follow(key === null ? backend.recentSourcesList() : backend.recentSourceAdd(JSON.parse(key)));
  }, [backend, key, follow]);
  const clear = useCallback(() => {
    const removeAll = async () => {
      let left: readonly ImageSource[] = [];
      for (const source of sources) {
        left = await backend.recentSourceRemove(source);
      }
      return left;
    };
    follow(removeAll());
  }, [backend, follow, sources]);
  return { sources, clear };
}
