/** Notifies the user of an interrupted migration. Used by `App`. */
import { useCallback, useEffect, useRef } from "react";
import type { Backend } from "../ipc/backend";
import type { HistoryEntry } from "../ipc/generated";
import type { Notify } from "../shared/notify";

/** Dismisses the notification when it no longer applies. */
interface InterruptedNotice {
  /** Dismisses the notification when the migration is resumed. */
  readonly resumed: (migration: string) => void;
  /** Dismisses the notification if the migration was deleted, undone, or resumed. */
  readonly listed: (entries: readonly HistoryEntry[]) => void;
}

function isInterrupted(entry: HistoryEntry): boolean {
  return entry.state === "interrupted" && entry.undone === null;
}

/** Notifies the user at startup if the newest migration was interrupted. */
export function useInterruptedNotice(
  backend: Backend,
  ready: boolean,
  notify: Notify,
  onHistory: () => void,
): InterruptedNotice {
  const requested = useRef(false);
  const shown = useRef<{ readonly migration: string; readonly close: () => void } | null>(null);

  useEffect(() => {
    if (!ready || requested.current) {
      return;
    }
    requested.current = true;
    backend.historyList().then(
      ([newest]) => {
        if (newest !== undefined && isInterrupted(newest)) {
          const close = notify({
            type: "warning",
            header: "Migration interrupted",
            text: "To copy the remaining images, choose Resume in the history.",
            action: { text: "Open history", onClick: onHistory },
          });
          shown.current = { migration: newest.migration, close };
        }
      },
      // The history page shows this error.
      () => {},
    );
  }, [backend, ready, notify, onHistory]);

  const resumed = useCallback((migration: string) => {
    if (shown.current?.migration === migration) {
      shown.current.close();
      shown.current = null;
    }
  }, []);
  const listed = useCallback(
    (entries: readonly HistoryEntry[]) => {
      const migration = shown.current?.migration;
      const still = entries.some((one) => one.migration === migration && isInterrupted(one));
      if (migration !== undefined && !still) {
        resumed(migration);
      }
    },
    [resumed],
  );
  return { resumed, listed };
}
