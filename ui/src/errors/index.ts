export { type ErrorActions, errorActionLabel } from "./actions";
export { asApiError } from "./apiError";
export { ErrorAlert } from "./ErrorAlert";
export { nextSteps, offersRetry, wordsOf } from "./errorLookup";
export { type WindowErrorActions, WindowErrorActionsContext } from "./windowErrorActions";
