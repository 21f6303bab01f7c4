/** Error actions that work on every page, such as signing in. `App` provides them. */
import { createContext } from "react";
import type { ApiError, ErrorAction } from "../ipc/generated";

/** Handles an action. `retry` repeats the failed request, if the page that shows the error can. */
export type WindowErrorAction = (error: ApiError, retry: (() => void) | undefined) => void;

export type WindowErrorActions = Partial<Record<ErrorAction, WindowErrorAction>>;

export const WindowErrorActionsContext = createContext<WindowErrorActions>({});
