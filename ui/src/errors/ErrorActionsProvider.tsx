import { createContext, type ReactNode, useContext } from "react";
import type { ErrorActions } from "./actions";

export const ErrorActionsContext = createContext<ErrorActions>({});

/** Adds actions to every error alert inside, such as opening the settings. An alert adds its own, such as a retry. */
export function ErrorActionsProvider(props: { actions: ErrorActions; children: ReactNode }) {
  const outer = useContext(ErrorActionsContext);
  return (
    <ErrorActionsContext value={{ ...outer, ...props.actions }}>
      {props.children}
    </ErrorActionsContext>
  );
}
