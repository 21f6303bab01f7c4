/** The commands that the sign-in dialogs call. */
import type {
  NewAwsProfile,
  NewAwsProfileText,
  SignInMethod,
  SignInOutcome,
  SignInPrompt,
  SignInTarget,
  SsoAccount,
} from "../../ipc/generated";

/** The backend calls for signing in. */
export interface SignInCalls {
  signInStart(target: SignInTarget, method: SignInMethod | null): Promise<SignInPrompt>;
  signInWait(signIn: string): Promise<SignInOutcome>;
  signInCancel(signIn: string): Promise<void>;
  signInPageOpen(signIn: string): Promise<void>;
}

/** The backend calls for adding a profile. */
export interface AddProfileCalls extends SignInCalls {
  ssoAccountsList(target: SignInTarget): Promise<SsoAccount[]>;
  ssoRolesList(target: SignInTarget, accountId: string): Promise<string[]>;
  awsProfilePreview(profile: NewAwsProfile): Promise<NewAwsProfileText>;
  awsProfileAdd(profile: NewAwsProfile): Promise<void>;
}
