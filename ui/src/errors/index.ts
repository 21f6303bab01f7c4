export { type ErrorActionId, type ErrorActions, errorActionLabel } from "./actions";
export { asApiError, errorDetails } from "./apiError";
export { ErrorAlert, type ErrorAlertProps } from "./ErrorAlert";
export { type ErrorEntry, errorEntry, errorNextSteps, errorTable } from "./errorTable";
export { type Remedies, RemediesContext, type Remedy } from "./remedies";
