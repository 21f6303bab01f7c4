import type { SignInTarget } from "./SignInTarget"; export type NewAwsProfile = { name: string, target: SignInTarget, account_id: string, role: string, region: string, };
