/** The actions that the window offers for an error, and the labels of their buttons. */
import type { ApiError, ErrorAction } from "../ipc/generated";

/** Handles an action. `retry` repeats the failed request, if the place that shows the error can. */
export type HandleErrorAction = (error: ApiError, retry: (() => void) | undefined) => void;

/** The actions that a place supports. Other actions aren't offered there. */
export type ErrorActions = Partial<Record<ErrorAction, HandleErrorAction>>;

/** Returns the button label of an action. */
export function errorActionLabel(action: ErrorAction, error: ApiError): string {
  if (action === "edit_name" && error.subject !== null) {
    return `Use “${error.subject}”`;
  }
  return labels[action];
}

const labels: Record<ErrorAction, string> = {
  retry: "Retry",
  choose_profile: "Choose another profile",
  choose_region: "Choose another Region",
  choose_images: "Choose other images",
  sign_in: "Sign in",
  sign_in_source: "Sign in to the source",
  enter_mfa_code: "Enter code",
  continue_without_saving: "Continue without saving",
  edit_name: "Change name",
  edit_repository: "Change repository settings",
  keep_existing: "Keep existing image",
  new_tag: "Use another tag",
  review_plan: "Review again",
  run_again: "Run again in this account",
  save_document: "Save to a file",
  start_practice: "Use practice mode",
  open_settings: "Open settings",
  open_log: "Open log folder",
};
