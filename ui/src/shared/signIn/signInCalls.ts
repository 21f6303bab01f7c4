import type {
  NewAwsProfile,
  NewAwsProfileText,
  SignInOutcome,
  SignInPrompt,
  SignInTarget,
  SignInWay,
  SsoAccount,
} from "../../ipc/generated";

/** The backend calls for signing in. */
export interface SignInCalls {
  signInStart(target: SignInTarget, way: SignInWay | null): Promise<SignInPrompt>;
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
