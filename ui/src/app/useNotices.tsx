import Button from "@cloudscape-design/components/button";
import type { FlashbarProps } from "@cloudscape-design/components/flashbar";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { asApiError, wordsOf } from "../errors";
import type { Notice, Notify } from "../shared/notify";

/** Notifications in the flashbar of the window. */
interface Notices {
  readonly notices: readonly FlashbarProps.MessageDefinition[];
  readonly notify: Notify;
  readonly notifyError: (error: unknown) => void;
}

/** Time until a success message closes. It stays longer with an action. */
const successMs = 8_000;
const actionMs = 20_000;

let count = 0;

/** A notification with what it is about. */
interface ShownNotice {
  readonly message: FlashbarProps.MessageDefinition;
  readonly about: readonly string[];
}

/**
 * Keeps the newest five notifications. Warnings and errors stay until the user dismisses them.
 */
export function useNotices(): Notices {
  const [shown, setShown] = useState<readonly ShownNotice[]>([]);
  const timers = useRef(new Set<ReturnType<typeof setTimeout>>());
  useEffect(() => {
    const running = timers.current;
    return () => {
      for (const timer of running) {
        clearTimeout(timer);
      }
    };
  }, []);
  const notify = useCallback((notice: Notice) => {
    count += 1;
    const id = `notice-${count}`;
    const close = () => setShown((before) => before.filter(({ message }) => message.id !== id));
    const { action, about = [] } = notice;
    const message: FlashbarProps.MessageDefinition = {
      id,
      type: notice.type,
      header: notice.header,
      content: notice.text,
      action: action && (
        <Button
          onClick={() => {
            close();
            action.onClick();
          }}
        >
          {action.text}
        </Button>
      ),
      dismissible: true,
      dismissLabel: "Close notification",
      onDismiss: close,
    };
    // The same action again replaces its notification.
    const isReplaced = (one: ShownNotice) =>
      (one.message.header === message.header && one.message.content === message.content) ||
      one.about.some((thing) => about.includes(thing));
    setShown((before) =>
      [{ message, about }, ...before.filter((one) => !isReplaced(one))].slice(0, 5),
    );
    if (notice.type === "success") {
      const timer = setTimeout(
        () => {
          timers.current.delete(timer);
          close();
        },
        action === undefined ? successMs : actionMs,
      );
      timers.current.add(timer);
    }
    return close;
  }, []);
  const notifyError = useCallback(
    (caught: unknown) => {
      const error = asApiError(caught);
      notify({ type: "error", header: wordsOf(error).title, text: error.message });
    },
    [notify],
  );
  const notices = useMemo(() => shown.map(({ message }) => message), [shown]);
  return { notices, notify, notifyError };
}
