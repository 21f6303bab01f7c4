import Button from "@cloudscape-design/components/button";
import type { FlashbarProps } from "@cloudscape-design/components/flashbar";
import { useCallback, useState } from "react";
import { asApiError, wordsOf } from "../errors";

/** Notifications in the flashbar of the window. */
export interface Notices {
  readonly notices: readonly FlashbarProps.MessageDefinition[];
  /** Shows a notification and returns a function that dismisses it. */
  readonly notify: (type: FlashbarProps.Type, header: string, more?: NoticeDetails) => () => void;
  readonly notifyError: (error: unknown) => void;
}

export interface NoticeDetails {
  readonly text?: string;
  readonly action?: { readonly text: string; readonly onClick: () => void };
}

let count = 0;

/** Keeps the newest five notifications until the user dismisses them. */
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
        dismissLabel: "Close notification",
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
      const words = wordsOf(error);
      notify("error", words.title, { text: error.message });
    },
    [notify],
  );
  return { notices, notify, notifyError };
}
