/**
 * Knows which commands a click waits for, so that the window answers every click at once, whatever the
 * program needs for it. `ActivityLine` shows it. Commands that no click started, such as polls, don't count.
 */
import { createContext } from "react";
import type { Backend } from "../ipc/backend";

interface ClickActivity {
  /** Whether a command that a click started hasn't answered. */
  readonly isBusy: () => boolean;
  /** Calls the listener when `isBusy` changes. Returns a function that ends it. */
  readonly subscribe: (listener: () => void) => () => void;
  /** Observes the clicks and keys of a document. Returns a function that ends it. */
  readonly watch: (document: Document) => () => void;
  /** Returns the backend whose commands count. */
  readonly observe: (backend: Backend) => Backend;
}

export function createClickActivity(): ClickActivity {
  const listeners = new Set<() => void>();
  let running = 0;
  let isHandlingClick = false;

  const change = (by: number) => {
    const before = running > 0;
    running += by;
    if (running > 0 !== before) {
      for (const listener of listeners) {
        listener();
      }
    }
  };
  /** What is called until the next task belongs to the click. React renders a click in the same task. */
  const handleClick = () => {
    isHandlingClick = true;
    setTimeout(() => {
      isHandlingClick = false;
    });
  };
  const settle = () => {
    // The next command of the same handler follows in this task, for example after a file was chosen.
    handleClick();
    setTimeout(() => change(-1));
  };
  return {
    isBusy: () => running > 0,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    watch: (document) => {
      document.addEventListener("click", handleClick, true);
      document.addEventListener("keydown", handleClick, true);
      return () => {
        document.removeEventListener("click", handleClick, true);
        document.removeEventListener("keydown", handleClick, true);
      };
    },
    observe: (backend) =>
      new Proxy(backend, {
        get(target, name) {
          const method = Reflect.get(target, name);
          if (typeof method !== "function") {
            return method;
          }
          return (...args: unknown[]) => {
            const answer: unknown = method(...args);
            if (isHandlingClick && answer instanceof Promise) {
              change(1);
              answer.then(settle, settle);
            }
            return answer;
          };
        },
      }),
  };
}

export const ClickActivityContext = createContext<ClickActivity>(createClickActivity());
