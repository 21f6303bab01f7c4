import type { ErrorCode } from "../ipc/generated";
import { entry } from "./entry";
import type { ErrorEntry } from "./errorTable";

type LocalErrorCode = Extract<
  ErrorCode,
  | "input_invalid"
  | `plan_${string}`
  | "names_collide"
  | "expiry_unconfirmed"
  | "verification_failed"
  | "job_unknown"
  | "runs_elsewhere"
  | "account_differs"
  | "destination_differs"
  | "endpoints_not_allowed"
  | "destination_moved"
  | "referrer_kept"
  | "source_moved"
  | "journal_failed"
  | "storage_failed"
  | "disk_full"
  | "store_unreadable"
  | "keychain_failed"
  | "practice_failed"
  | "practice_in_use"
  | "internal"
>;

/** What goes wrong with input, migrations, and on this computer. */
export const localErrors: Record<LocalErrorCode, ErrorEntry> = {
  input_invalid: entry({
    title: "Something that was typed cannot be used",
    text: "A field holds something that cannot be what it stands for.",
    next: ["Correct the field, then go on."],
    actions: [],
  }),
  names_collide: entry({
    title: "Two repositories would have one name",
    text: "Two repositories of the source would go to the same one in ECR, and their tags would get in each other’s way.",
    next: [
      "Give each a name of its own in the step Repositories.",
      "Or change the rules that make the names.",
    ],
    actions: ["edit_repository"],
  }),
  plan_has_conflicts: entry({
    severity: "warning",
    title: "Some tags still need a choice",
    text: "At least one tag points to another image in ECR already, and it is not said what to do about it.",
    next: ["Choose for each of them: keep the existing image, replace it, or use another tag."],
    actions: ["review_plan"],
  }),
  expiry_unconfirmed: entry({
    severity: "warning",
    title: "Lifecycle policies would expire images",
    text: "ECR would delete or archive images of this migration, or images that are in the repository now, and nobody confirmed it.",
    next: [
      "Review the plan: it names the repositories and images. Confirm it there.",
      "To keep the images, change the lifecycle policy of the repository, or select fewer images.",
    ],
    actions: ["review_plan"],
  }),
  plan_unknown: entry({
    severity: "warning",
    title: "The plan is not valid any more",
    text: "It was started already, or the program was restarted since it was made.",
    next: ["Review again: this makes a new plan from the same choices."],
    actions: ["review_plan"],
  }),
  verification_failed: entry({
    title: "ECR does not hold what was sent",
    text: "After the push, ECR gives another digest for the tag than the source has, or none.",
    next: [
      "Try again: this sends what is missing and checks once more.",
      "When it stays, something else pushes to the same tag; the digests on this page show which image is there now.",
    ],
    actions: ["retry", "open_log"],
  }),
  job_unknown: entry({
    severity: "warning",
    title: "This migration is not known",
    text: "It is not in the history of this computer: it was deleted from it, or ran on another computer.",
    next: ["Review again and start anew: what is in ECR already is skipped."],
    actions: ["review_plan"],
  }),
  runs_elsewhere: entry({
    severity: "warning",
    title: "This migration runs elsewhere",
    text: "Another window or a command on this computer runs it at the moment. Two at once would get in each other's way.",
    next: ["Follow it there, or stop it there first, then try again."],
    actions: ["retry"],
  }),
  account_differs: entry({
    title: "The profile is another AWS account now",
    text: "The migration was planned for one account, and its AWS profile leads to another one today.",
    next: (account) => [
      account === null
        ? "Sign in to the account that it was planned for, then try again."
        : `Sign in to the account ${account}, then try again.`,
      "Or run it again: that plans it for the account of today.",
    ],
    actions: ["run_again", "retry", "choose_profile"],
  }),
  destination_differs: entry({
    title: "Not the planned destination",
    text: "The migration was planned for another region, registry or endpoint than the connection leads to. Nothing was changed.",
    next: (planned) => [
      planned === null
        ? "Set the planned region and endpoints in the AWS profile or the environment, then try again."
        : `Set the planned value in the AWS profile or the environment: ${planned}. Then try again.`,
      "Or run it again: that plans it for the current destination.",
    ],
    actions: ["run_again", "retry", "choose_profile"],
  }),
  endpoints_not_allowed: entry({
    severity: "warning",
    title: "The file names endpoints",
    text: "Requests and credentials would go to endpoints that were chosen by the author of the file. Nothing was sent.",
    next: (endpoints) => [
      endpoints === null
        ? "Allow the endpoints if you trust them."
        : `Allow the endpoints if you trust them: ${endpoints}.`,
      "Or set the same endpoints in the AWS profile.",
    ],
    actions: [],
  }),
  plan_file_invalid: entry({
    title: "The plan file can’t be used",
    text: "The file is damaged, contradicts itself, or was written by another version. Nothing was changed.",
    next: ["Make the plan again, or export it again from the step Review."],
    actions: [],
  }),
  destination_moved: entry({
    severity: "warning",
    title: "The tag in ECR changed after the plan was made",
    text: "Somebody else pushed, moved or deleted this tag in ECR after the plan was made. Transload didn't overwrite it.",
    next: ["Plan again. The new plan shows what the tag points to now and asks what to do."],
    actions: ["review_plan"],
  }),
  referrer_kept: entry({
    severity: "warning",
    title: "A different signature exists in ECR",
    text: "ECR holds another signature, attestation or SBOM of this image under the same tag. Transload kept it and didn't copy the one from the source.",
    next: (tag) => [
      tag === null
        ? "To replace it, delete the tag in ECR, then copy the image again."
        : `To replace it, delete the tag ${tag} in ECR, then copy the image again.`,
    ],
    actions: [],
  }),
  source_moved: entry({
    severity: "warning",
    title: "The name means another image now",
    text: "The image was built, pulled or tagged again after the plan was made. Nothing was written for it.",
    next: ["Review the plan again: the new plan shows the image that the name points to now."],
    actions: ["review_plan"],
  }),
  journal_failed: entry({
    title: "The history of migrations cannot be written",
    text: "Transload enters each migration in a file before it begins, so that it can be gone on with. That file cannot be used.",
    next: (path) => [
      path === null
        ? "Check that the disk has room and that the data folder may be written to, then try again."
        : `Check that the disk has room and that ${path} may be written to, then try again.`,
    ],
    actions: ["retry", "open_settings"],
  }),
  storage_failed: entry({
    title: "A file cannot be read or written",
    text: "The file or its folder is missing, may not be opened, or the disk is full.",
    next: (path) => [
      path === null
        ? "Check the permissions of the folder and the free space on the disk, then try again."
        : `Check the permissions of ${path} and the free space on the disk, then try again.`,
    ],
    actions: ["retry", "open_settings"],
  }),
  disk_full: entry({
    title: "The disk is full",
    text: "There was no room to write a file. What was there before is still there.",
    next: (path) => [
      path === null
        ? "Make room on the disk, then try again."
        : `Make room on the disk that holds ${path}, then try again.`,
      "Layers of images need no room here: they pass through without being stored.",
    ],
    actions: ["retry", "open_settings"],
  }),
  store_unreadable: entry({
    severity: "warning",
    title: "The saved profiles cannot be read",
    text: "The file was damaged. It was set aside and nothing in it was overwritten.",
    next: (path) => [
      path === null
        ? "The damaged file is in the data folder that the settings show."
        : `The damaged file is ${path}.`,
      "Import the profiles from an export, or save them anew.",
    ],
    actions: ["retry", "open_settings"],
  }),
  keychain_failed: entry({
    severity: "warning",
    title: "The keychain of this computer did not do its part",
    text: "The keychain does not keep the sign-in, or did not forget it.",
    next: [
      "After a sign-in: it is good until Transload closes. To keep it, unlock the keychain, or start the service that provides it, and sign in again with the tick.",
      "After a sign-out: the keychain may still hold the sign-in. Unlock it, then try again.",
    ],
    actions: ["go_on_unkept", "retry"],
  }),
  practice_failed: entry({
    title: "Practice mode cannot start",
    text: "Its servers listen on this computer only, and could not be started.",
    next: [
      "Try again. A security program that stops local servers is a possible cause.",
      "When it stays, put practice mode back to its beginning in the settings.",
    ],
    actions: ["retry", "open_settings", "open_log"],
  }),
  practice_in_use: entry({
    title: "Practice mode is in use",
    text: "Another program uses practice mode. Only one at a time can use it.",
    next: [
      "Close the other window of Transload, or wait until its command has finished, then try again.",
    ],
    actions: ["retry"],
  }),
  internal: entry({
    title: "Transload made a mistake",
    text: "Something happened inside the program that should not. The details hold what is known of it.",
    next: [
      "Try again. When it stays, restart Transload.",
      "The log and the details below help whoever looks into it; neither holds secrets.",
    ],
    actions: ["retry", "open_log"],
  }),
};
