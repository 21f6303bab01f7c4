import type { FlashbarProps } from "@cloudscape-design/components/flashbar";
import { useCallback, useState } from "react";
import { asApiError, errorEntry } from "../errors";

/** Notices at the top of the window. */
export interface Notices {
  readonly notices: readonly FlashbarProps.MessageDefinition[];
  readonly notify: (type: FlashbarProps.Type, header: string, text?: string) => void;
  readonly notifyError: (error: unknown) => void;
}

let count = 0;

/** Notices that stay until they are closed; the newest five. */
export function useNotices(): Notices {
  const [notices, setNotices] = useState<readonly FlashbarProps.MessageDefinition[]>([]);
  const notify = useCallback((type: FlashbarProps.Type, header: string, text?: string) => {
    count += 1;
    const id = `notice-${count}`;
    const message: FlashbarProps.MessageDefinition = {
      id,
      type,
      header,
      content: text,
      dismissible: true,
      dismissLabel: "Close this notice",
      onDismiss: () => setNotices((before) => before.filter((one) => one.id !== id)),
    };
    setNotices((before) => [message, ...before].slice(0, 5));
  }, []);
  const notifyError = useCallback(
    (caught: unknown) => {
      const error = asApiError(caught);
      const entry = errorEntry(error);
      notify("error", entry.title, entry.text(error));
    },
    [notify],
  );
  return { notices, notify, notifyError };
}
