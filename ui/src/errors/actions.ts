import type { ApiError } from "../ipc/generated";

/** What the window can do about a failure. A place that shows an error supplies those it can do. */
export type ErrorActionId =
  | "retry"
  | "choose_profile"
  | "choose_region"
  | "choose_images"
  | "sign_in"
  | "sign_in_source"
  | "enter_mfa_code"
  | "go_on_unkept"
  | "edit_name"
  | "edit_repository"
  | "keep_existing"
  | "new_tag"
  | "review_plan"
  | "run_again"
  | "start_practice"
  | "open_settings"
  | "open_log";

/** What a place can do about failures; actions that it leaves out are not offered there. */
export type ErrorActions = Partial<Record<ErrorActionId, (error: ApiError) => void>>;

/** What the button of an action says. */
export function errorActionLabel(action: ErrorActionId, error: ApiError): string {
  if (action === "edit_name") {
    return error.subject === null ? "Change the name" : `Use “${error.subject}”`;
  }
  return labels[action];
}

const labels: Record<Exclude<ErrorActionId, "edit_name">, string> = {
  retry: "Try again",
  choose_profile: "Choose another profile",
  choose_region: "Choose another region",
  choose_images: "Choose other images",
  sign_in: "Sign in",
  sign_in_source: "Sign in to the source",
  enter_mfa_code: "Enter the code",
  go_on_unkept: "Go on without keeping it",
  edit_repository: "Change the repository settings",
  keep_existing: "Keep the existing image",
  new_tag: "Use another tag",
  review_plan: "Review again",
  run_again: "Run it again in this account",
  start_practice: "Use practice mode",
  open_settings: "Open settings",
  open_log: "Open the log folder",
};
