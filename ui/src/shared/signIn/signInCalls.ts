/** The commands that the sign-in dialogs call. */
import type { Commands } from "../../ipc/generated";

/** The commands for signing in. */
export type SignInCalls = Pick<
  Commands,
  "signInStart" | "signInWait" | "signInCancel" | "signInPageOpen"
>;

/** The commands for adding a profile. */
export type AddProfileCalls = SignInCalls &
  Pick<Commands, "ssoAccountsList" | "ssoRolesList" | "awsProfilePreview" | "awsProfileAdd">;
