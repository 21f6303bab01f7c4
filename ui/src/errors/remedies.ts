import { createContext } from "react";
import type { ApiError } from "../ipc/generated";
import type { ErrorActionId } from "./actions";

/**
 * Does something about a failure; `again` asks once more for what failed, where the place that
 * shows the failure can.
 */
export type Remedy = (error: ApiError, again: (() => void) | undefined) => void;

/** What the window itself can do about failures, wherever they show. */
export type Remedies = Partial<Record<ErrorActionId, Remedy>>;

/** Gives every error alert below it remedies that its place need not know. */
export const RemediesContext = createContext<Remedies>({});
