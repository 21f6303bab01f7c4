import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import { useBackend } from "../../../ipc/BackendContext";
import { type Draft, emptyDraft, parseDraft } from "./draft";
import { gatherWrites } from "./gatheredWrites";
import { type DraftAction, draftReducer } from "./reducer";

/** Changes that follow each other this fast, such as letters of a name, are written together. */
const gatherMs = 150;

/** The wizard's draft, and whether it has been read. */
export interface KeptDraft {
  /** Nothing until what was kept has been read. */
  readonly draft: Draft | null;
  readonly dispatch: (action: DraftAction) => void;
}

type Known = { readonly draft: Draft | null };

function reduce(known: Known, action: DraftAction): Known {
  return { draft: draftReducer(known.draft ?? emptyDraft, action) };
}

/** Reads the draft that was kept and keeps each change of it, where the person wants that. */
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
    // A draft that cannot be read is no reason to keep a person from the wizard.
    (keep ? backend.draftGet() : Promise.resolve(null)).then(begin, () => begin(null));
  }, [backend, keep]);

  const [writes] = useState(() =>
    gatherWrites((changed: Draft) => {
      // The draft is a convenience; the next change tries again.
      backend.draftSet(changed).catch(() => {
        kept.current = null;
      });
    }, gatherMs),
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
