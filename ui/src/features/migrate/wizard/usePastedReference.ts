import { useCallback, useRef, useState } from "react";
import { asApiError } from "../../../errors/apiError";
import type { Backend } from "../../../ipc";
import type { ImageSource, PastedSource, PasteField } from "../../../ipc/generated";

/** Reads references that are pasted or entered into the fields of the source. */
interface PastedReferences {
  /** Why the last text names no image, or `null`. */
  readonly problem: string | null;
  /** The user changed the text. */
  readonly clear: () => void;
  /** Returns whether the text named a source, which is then chosen. */
  readonly read: (text: string, field: PasteField) => Promise<boolean>;
}

/** A text that names no image, and the source that it was entered for. */
interface Problem {
  readonly text: string;
  readonly message: string;
  readonly source: string;
}

/** Whether a problem is still in view: the source is unchanged, or has the text in a field. */
function isCurrent({ text, source }: Problem, now: ImageSource | null): boolean {
  const key = JSON.stringify(now);
  return key === source || key.includes(JSON.stringify(text));
}

/** `taken` receives what a text names. */
export function usePastedReference(
  backend: Backend,
  source: ImageSource | null,
  taken: (pasted: PastedSource) => void,
): PastedReferences {
  const [problem, setProblem] = useState<Problem | null>(null);
  // Only the answer for the last text counts.
  const last = useRef(0);
  const now = useRef({ source, taken });
  now.current = { source, taken };
  const read = useCallback(
    async (text: string, field: PasteField) => {
      last.current += 1;
      const mine = last.current;
      try {
        const pasted = await backend.sourcePasteRead(text, field, now.current.source);
        if (mine === last.current) {
          setProblem(null);
          if (pasted !== null) {
            now.current.taken(pasted);
          }
        }
        return pasted !== null;
      } catch (error) {
        if (mine === last.current) {
          const { message } = asApiError(error);
          setProblem({ text, message, source: JSON.stringify(now.current.source) });
        }
        return false;
      }
    },
    [backend],
  );
  return {
    problem: problem !== null && isCurrent(problem, source) ? problem.message : null,
    read,
    clear: useCallback(() => setProblem(null), []),
  };
}
