export { type ErrorActions, errorActionLabel } from "./actions";
export { asApiError, errorDetails } from "./apiError";
export { ErrorAlert, type ErrorAlertProps } from "./ErrorAlert";
export { nextSteps, wordsOf } from "./errorLookup";
export {
  type WindowErrorAction,
  type WindowErrorActions,
  WindowErrorActionsContext,
} from "./windowErrorActions";
