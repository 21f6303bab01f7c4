/**
 * Notifications in the flashbar of the window. The frame provides the function; pages use it to
 * report finished actions.
 */
import { createContext, useContext } from "react";

export interface Notice {
  readonly type: "success" | "info" | "warning" | "error" | "in-progress";
  readonly header: string;
  readonly text?: string;
  /**
   * What it is about, for example `repository team/app`. A later notification about the same thing
   * replaces it, so that its Open or Undo doesn't outlive what it is for.
   */
  readonly about?: readonly string[];
  /** A button of the notification, for example Open or Undo. */
  readonly action?: { readonly text: string; readonly onClick: () => void };
}

/** Shows a notification and returns a function that dismisses it. */
export type Notify = (notice: Notice) => () => void;

const NotifyContext = createContext<Notify>(() => () => {});

export const NotifyProvider = NotifyContext.Provider;

export function useNotify(): Notify {
  return useContext(NotifyContext);
}
