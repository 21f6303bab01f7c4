export { type ErrorActions, errorActionLabel } from "./actions";
export { asApiError, errorDetails } from "./apiError";
export { ErrorAlert, type ErrorAlertProps } from "./ErrorAlert";
export { nextSteps, wordsOf } from "./errorTable";
export { type Remedies, RemediesContext, type Remedy } from "./remedies";
