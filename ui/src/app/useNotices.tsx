import Button from "@cloudscape-design/components/button";
import type { FlashbarProps } from "@cloudscape-design/components/flashbar";
import { useCallback, useState } from "react";
import { asApiError, errorEntry } from "../errors";

/** Notices at the top of the window. */
export interface Notices {
  readonly notices: readonly FlashbarProps.MessageDefinition[];
  /** Shows a notice; what it answers takes the notice away, where it is still there. */
  readonly notify: (type: FlashbarProps.Type, header: string, more?: NoticeDetails) => () => void;
  readonly notifyError: (error: unknown) => void;
}

/** What else a notice says and offers. */
export interface NoticeDetails {
  readonly text?: string;
  readonly action?: { readonly text: string; readonly onClick: () => void };
}

let count = 0;

/** Notices that stay until they are closed; the newest five. */
export function useNotices(): Notices {
  const [notices, setNotices] = useState<readonly FlashbarProps.MessageDefinition[]>([]);
  const notify = useCallback(
    (type: FlashbarProps.Type, header: string, more: NoticeDetails = {}) => {
      count += 1;
      const id = `notice-${count}`;
      const close = () => setNotices((before) => before.filter((one) => one.id !== id));
      const message: FlashbarProps.MessageDefinition = {
        id,
        type,
        header,
        content: more.text,
        action: more.action && (
          <Button
            onClick={() => {
              close();
              more.action?.onClick();
            }}
          >
            {more.action.text}
          </Button>
        ),
        dismissible: true,
        dismissLabel: "Close this notice",
        onDismiss: close,
      };
      setNotices((before) => [message, ...before].slice(0, 5));
      return close;
    },
    [],
  );
  const notifyError = useCallback(
    (caught: unknown) => {
      const error = asApiError(caught);
      const entry = errorEntry(error);
      notify("error", entry.title, { text: entry.text(error) });
    },
    [notify],
  );
  return { notices, notify, notifyError };
}
