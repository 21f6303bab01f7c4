import { useCallback, useEffect, useRef } from "react";
import type { Backend } from "../ipc/backend";
import type { HistoryEntry } from "../ipc/generated";
import type { Notices } from "./useNotices";

/** What makes the notice of an interrupted migration void. */
export interface InterruptedNotice {
  /** A migration is shown as a job: whoever went on with it needs no notice of it. */
  readonly goneOn: (migration: string) => void;
  /** The history as it is now: the migration may have been deleted, undone or gone on with. */
  readonly listed: (entries: readonly HistoryEntry[]) => void;
}

function isInterrupted(entry: HistoryEntry): boolean {
  return entry.state === "interrupted" && entry.undone === null;
}

/** What a crash or a power cut interrupted is not left for the person to find. */
export function useInterruptedNotice(
  backend: Backend,
  ready: boolean,
  notify: Notices["notify"],
  onHistory: () => void,
): InterruptedNotice {
  const asked = useRef(false);
  const told = useRef<{ readonly migration: string; readonly close: () => void } | null>(null);

  useEffect(() => {
    if (!ready || asked.current) {
      return;
    }
    asked.current = true;
    backend.historyList().then(
      ([newest]) => {
        if (newest !== undefined && isInterrupted(newest)) {
          const close = notify("warning", "A migration was interrupted", {
            text: "The rest of it can be moved from the history: Resume goes on where it was.",
            action: { text: "Open the history", onClick: onHistory },
          });
          told.current = { migration: newest.migration, close };
        }
      },
      // The history page says why it cannot be read.
      () => {},
    );
  }, [backend, ready, notify, onHistory]);

  const goneOn = useCallback((migration: string) => {
    if (told.current?.migration === migration) {
      told.current.close();
      told.current = null;
    }
  }, []);
  const listed = useCallback(
    (entries: readonly HistoryEntry[]) => {
      const migration = told.current?.migration;
      const still = entries.some((one) => one.migration === migration && isInterrupted(one));
      if (migration !== undefined && !still) {
        goneOn(migration);
      }
    },
    [goneOn],
  );
  return { goneOn, listed };
}
