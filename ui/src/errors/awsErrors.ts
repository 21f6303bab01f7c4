import type { ErrorCode } from "../ipc/generated";
import { entry } from "./entry";
import type { ErrorEntry } from "./errorTable";

type AwsErrorCode = Extract<
  ErrorCode,
  | "repository_name_invalid"
  | "profile_missing"
  | "profile_invalid"
  | "region_missing"
  | "region_not_enabled"
  | "region_elsewhere"
  | "credentials_missing"
  | "credentials_invalid"
  | "credentials_expired"
  | "sign_in_needed"
  | "aws_login_needed"
  | "sign_in_denied"
  | "sign_in_expired"
  | "sign_in_failed"
  | "mfa_needed"
  | "mfa_code_refused"
  | "access_denied"
  | "endpoint_unreachable"
  | "throttled"
  | "aws_failed"
  | "repository_missing"
  | "image_in_index"
  | "quota_exceeded"
  | "kms_refused"
>;

/** A command that signs a profile in, with the profile's name where it is known. */
function signInCommand(profile: string | null): string {
  return `aws sso login --profile ${profile ?? "NAME"}`;
}

/** What goes wrong with the AWS configuration, the session, and ECR's own API. */
export const awsErrors: Record<AwsErrorCode, ErrorEntry> = {
  repository_name_invalid: entry({
    title: "ECR does not take this repository name",
    text: "A name has 2 to 256 lower-case letters, digits, “.”, “_”, “-” and “/”, and each part begins and ends with a letter or digit.",
    next: (subject) => [
      subject === null
        ? "Change the name so that it follows the rule."
        : `Use “${subject}”, or another name that follows the rule.`,
    ],
    actions: ["edit_name"],
  }),
  profile_missing: entry({
    title: "The AWS profile is not there",
    text: "None of the AWS configuration files on this computer defines this profile.",
    next: [
      "Choose a profile that is in the list.",
      "Or make one in a terminal with “aws configure --profile NAME”, then try again.",
    ],
    actions: ["choose_profile", "retry", "start_practice"],
  }),
  profile_invalid: entry({
    title: "The AWS profile cannot work as it is written",
    text: "Its section in the AWS configuration contradicts itself, or lacks a setting that it needs.",
    next: [
      "Correct its section in the AWS configuration file, then try again.",
      "Or choose another profile.",
    ],
    actions: ["retry", "choose_profile"],
  }),
  region_missing: entry({
    title: "No AWS region is chosen",
    text: "ECR keeps repositories by region, and neither the profile nor the page names one.",
    next: ["Choose the region where the repositories are, or should be."],
    actions: ["choose_region", "choose_profile"],
  }),
  region_not_enabled: entry({
    title: "The account has not enabled this region",
    text: "AWS knows the credentials elsewhere, and not in this region: an account must enable it before it can use it.",
    next: (region) => [
      "Choose a region that the account uses.",
      `Or have ${region ?? "the region"} enabled: in the AWS console under Account, AWS Regions.`,
    ],
    actions: ["choose_region", "retry", "choose_profile"],
  }),
  region_elsewhere: entry({
    title: "The region belongs to other AWS accounts",
    text: "GovCloud, China and the European Sovereign Cloud have accounts of their own. Credentials of the one are not known in the other.",
    next: ["Choose a region of the profile's own partition, or a profile of an account there."],
    actions: ["choose_region", "choose_profile"],
  }),
  credentials_missing: entry({
    title: "The AWS profile gives no credentials",
    text: "The profile is there, but it has no keys, role or session to sign requests with.",
    next: [
      "Give the profile credentials, for example with “aws configure --profile NAME”, then try again.",
      "Or choose another profile.",
    ],
    actions: ["retry", "choose_profile", "start_practice"],
  }),
  credentials_invalid: entry({
    title: "AWS does not accept these keys",
    text: "AWS does not know the access key, or the secret key does not belong to it.",
    next: [
      "Check in the IAM console that the access key exists and is active, and write it into the profile again.",
      "Check that the clock of this computer is right; AWS refuses signatures that are minutes off.",
      "Check that the profile is meant for this partition: GovCloud and China have accounts of their own.",
    ],
    actions: ["retry", "choose_profile"],
  }),
  credentials_expired: entry({
    title: "The AWS session has ended",
    text: "The temporary credentials of the profile were good for a limited time, and that time is over.",
    next: (profile) => [
      "Get new credentials in the way that you got these, then try again.",
      `With IAM Identity Center: “${signInCommand(profile)}” in a terminal.`,
    ],
    actions: ["retry", "choose_profile"],
  }),
  sign_in_needed: entry({
    title: "The AWS profile needs you to sign in",
    text: "The profile signs in through a browser, and has no session on this computer now.",
    next: (profile) => [
      "Sign in; a browser opens.",
      `A session of “${signInCommand(profile)}” in a terminal serves too.`,
    ],
    actions: ["sign_in", "retry", "choose_profile"],
  }),
  aws_login_needed: entry({
    title: "The AWS profile needs you to sign in",
    text: "The profile is one of “aws login”, and has no session on this computer now.",
    next: (profile) => [
      `Run “aws login --profile ${profile ?? "NAME"}” in a terminal, then try again.`,
    ],
    actions: ["retry", "choose_profile"],
  }),
  sign_in_denied: entry({
    severity: "warning",
    title: "Access was denied in the browser",
    text: "Somebody denied access on the page of IAM Identity Center, or a rule of the organisation did.",
    next: [
      "Sign in again and allow access, as the user that has the AWS account.",
      "If you did allow it, ask whoever manages IAM Identity Center.",
    ],
    actions: ["retry", "choose_profile"],
  }),
  sign_in_expired: entry({
    severity: "warning",
    title: "The sign-in took too long",
    text: "Nobody answered on the page of IAM Identity Center in time.",
    next: ["Sign in again; a code is good for some minutes."],
    actions: ["retry", "choose_profile"],
  }),
  sign_in_failed: entry({
    title: "The sign-in failed",
    text: "IAM Identity Center ended the sign-in with an error. The details hold its words.",
    next: ["Sign in again, with a code instead of the browser of this computer."],
    actions: ["retry", "choose_profile"],
  }),
  mfa_needed: entry({
    severity: "info",
    title: "The AWS profile asks for an MFA code",
    text: "The role of this profile may only be assumed with a code of an MFA device.",
    next: ["Type the code that the device shows now.", "Or choose a profile without “mfa_serial”."],
    actions: ["enter_mfa_code", "retry", "choose_profile"],
  }),
  mfa_code_refused: entry({
    title: "AWS does not take this code",
    text: "The code is not the one that the device shows, or it was used already.",
    next: ["Wait until the device shows a new code, and type that."],
    actions: ["retry"],
  }),
  access_denied: entry({
    title: "AWS does not allow this",
    text: "The identity that was used lacks a permission, or a policy of the organisation forbids it.",
    next: (action) => [
      action === null
        ? "Ask whoever manages the account to allow the action that is named above."
        : `Ask whoever manages the account to allow “${action}” for this identity.`,
      "Or choose a profile that has the permission.",
    ],
    actions: ["choose_profile", "retry"],
  }),
  endpoint_unreachable: entry({
    title: "Nothing answers at the AWS endpoint",
    text: "The connection to AWS could not be made: there is no network, a proxy or firewall stops it, or the endpoint is not right.",
    next: [
      "Check the network connection, VPN and proxy of this computer, then try again.",
      "Check the region, and the endpoint where one was typed.",
    ],
    actions: ["retry", "choose_region", "choose_profile"],
  }),
  throttled: entry({
    severity: "warning",
    title: "AWS asks for fewer requests",
    text: "The account sent more requests in a short time than AWS takes. It has been tried again several times already.",
    next: ["Wait a minute, then try again. What was done stays done."],
    actions: ["retry"],
  }),
  aws_failed: entry({
    title: "AWS answered with an error",
    text: "AWS took the request and could not carry it out. The details hold its words.",
    next: [
      "Try again; faults on the side of AWS often pass.",
      "When it stays, look at the details and at the AWS Health Dashboard.",
    ],
    actions: ["retry", "open_log"],
  }),
  repository_missing: entry({
    title: "ECR has no such repository",
    text: "In this account and region there is no repository of this name. It may be in another region or account.",
    next: [
      "Check that the account and region shown at the top are the ones you mean.",
      "Make the plan again: repositories that are missing are then created.",
    ],
    actions: ["review_plan", "choose_region", "choose_profile", "retry"],
  }),
  image_in_index: entry({
    severity: "warning",
    title: "An index needs this image",
    text: "ECR keeps an image as long as an index in its repository lists it.",
    next: ["Delete the index too: select both, or the index first."],
    actions: ["retry"],
  }),
  quota_exceeded: entry({
    title: "A quota of ECR is used up",
    text: "The account or the repository holds as much as its quota allows.",
    next: [
      "Ask for a higher quota in the Service Quotas console, under Amazon Elastic Container Registry.",
      "Or make room: remove images that nobody needs, or give the repository a lifecycle policy.",
    ],
    actions: ["retry", "edit_repository"],
  }),
  kms_refused: entry({
    title: "The KMS key cannot be used",
    text: "The key does not exist in this region, is disabled, or does not let this identity use it.",
    next: [
      "Check the id, alias or ARN of the key, and that it is in the region of the repository.",
      "Check that the key is enabled and that its policy allows “kms:CreateGrant” and “kms:DescribeKey”.",
      "Or encrypt with AES-256 instead.",
    ],
    actions: ["edit_repository", "retry"],
  }),
};
