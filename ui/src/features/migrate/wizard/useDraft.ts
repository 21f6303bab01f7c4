import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import { useBackend } from "../../../ipc/BackendContext";
import { type Draft, emptyDraft, parseDraft } from "./draft";
import { type DraftAction, draftReducer } from "./reducer";
import { throttleWrites } from "./throttledWrites";

/** Changes within this time are written together. */
const intervalMs = 150;

export interface KeptDraft {
  /** `null` until the stored draft is loaded. */
  readonly draft: Draft | null;
  readonly dispatch: (action: DraftAction) => void;
}

type Known = { readonly draft: Draft | null };

function reduce(known: Known, action: DraftAction): Known {
  return { draft: draftReducer(known.draft ?? emptyDraft, action) };
}

/** Loads the stored draft and saves changes, if the setting is on. */
export function useDraft(keep: boolean | null): KeptDraft {
  const backend = useBackend();
  const [{ draft }, dispatch] = useReducer(reduce, { draft: null });
  const read = useRef(false);
  const kept = useRef<string | null>(null);

  useEffect(() => {
    if (keep === null || read.current) {
      return;
    }
    read.current = true;
    const begin = (found: unknown) => {
      const parsed = keep ? parseDraft(found) : null;
      kept.current = parsed === null ? null : JSON.stringify(parsed);
      dispatch({ type: "restored", draft: parsed ?? emptyDraft });
    };
    // The wizard also opens if the draft can't be read.
    (keep ? backend.draftGet() : Promise.resolve(null)).then(begin, () => begin(null));
  }, [backend, keep]);

  const [writes] = useState(() =>
    throttleWrites((changed: Draft) => {
      // Ignored: the next change saves again.
      backend.draftSet(changed).catch(() => {
        kept.current = null;
      });
    }, intervalMs),
  );

  useEffect(() => {
    if (draft === null || keep !== true) {
      writes.drop();
      return;
    }
    const text = JSON.stringify(draft);
    if (text === kept.current || (kept.current === null && draft === emptyDraft)) {
      return;
    }
    kept.current = text;
    writes.put(draft);
  }, [draft, keep, writes]);

  useEffect(() => {
    const whenHidden = () => {
      if (document.visibilityState === "hidden") {
        writes.flush();
      }
    };
    window.addEventListener("pagehide", writes.flush);
    window.addEventListener("beforeunload", writes.flush);
    document.addEventListener("visibilitychange", whenHidden);
    return () => {
      window.removeEventListener("pagehide", writes.flush);
      window.removeEventListener("beforeunload", writes.flush);
      document.removeEventListener("visibilitychange", whenHidden);
      writes.flush();
    };
  }, [writes]);

  return { draft, dispatch: useCallback((action: DraftAction) => dispatch(action), []) };
}
