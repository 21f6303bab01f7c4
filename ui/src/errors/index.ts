export { type ErrorActions, errorActionLabel } from "./actions";
export { asApiError } from "./apiError";
export { ErrorActionsProvider } from "./ErrorActionsProvider";
export { ErrorAlert } from "./ErrorAlert";
export { nextSteps, offersRetry, wordsOf } from "./errorLookup";
