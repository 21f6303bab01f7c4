/** Error actions that work on every page, such as signing in. `App` provides them. */
import { createContext } from "react";
import type { ApiError, ErrorAction } from "../ipc/generated";

/** Handles an action. `retry` repeats the failed request, if the page that shows the error can. */
export type Remedy = (error: ApiError, retry: (() => void) | undefined) => void;

export type Remedies = Partial<Record<ErrorAction, Remedy>>;

export const RemediesContext = createContext<Remedies>({});
