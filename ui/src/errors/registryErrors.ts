import type { ErrorCode } from "../ipc/generated";
import { entry } from "./entry";
import type { ErrorEntry } from "./errorTable";

type RegistryErrorCode = Extract<
  ErrorCode,
  | `registry_${string}`
  | `manifest_${string}`
  | "image_missing"
  | "pull_quota_used_up"
  | "not_a_registry"
  | "connection_lost"
  | "digest_mismatch"
  | "tag_immutable"
>;

/** What goes wrong between registries. */
export const registryErrors: Record<RegistryErrorCode, ErrorEntry> = {
  registry_unauthorized: entry({
    title: "The registry wants a login",
    text: "The registry lets nobody in without a login, or does not accept the one that it got.",
    next: [
      "Sign in to the source with its user name and a password or access token.",
      "An access token may have run out, or lack the right to read.",
    ],
    actions: ["sign_in_source", "retry"],
  }),
  registry_forbidden: entry({
    title: "The registry refuses access",
    text: "The registry knows who asks, and this user may not do it. ECR answers so as well when the images of a repository have reached their quota.",
    next: [
      "Ask whoever manages the registry for access, or sign in as another user.",
      "For ECR: check that the identity may push to the repository, and that the repository is not full.",
    ],
    actions: ["sign_in_source", "choose_profile", "retry"],
  }),
  registry_token_expired: entry({
    title: "The registry login has run out",
    text: "The token for the registry was good for a limited time, 12 hours with ECR, and a new one could not be had.",
    next: [
      "Try again: this asks for a new token. Layers that arrived are not sent twice.",
      "When it stays, the AWS session behind it has ended; sign in again or choose another profile.",
    ],
    actions: ["retry", "choose_profile"],
  }),
  image_missing: entry({
    title: "The registry has no such image",
    text: "The repository or the tag is not there, was removed, or may only be seen after signing in.",
    next: [
      "Check the name and the tag, and choose the images again.",
      "For a private repository, sign in to the source.",
    ],
    actions: ["choose_images", "sign_in_source", "retry"],
  }),
  registry_throttled: entry({
    severity: "warning",
    title: "The registry asks for fewer requests",
    text: "The registry takes only so many requests in a short time. It has been tried again several times already.",
    next: ["Wait a minute, then try again. What was moved stays moved."],
    actions: ["retry", "sign_in_source"],
  }),
  pull_quota_used_up: entry({
    severity: "warning",
    title: "Docker Hub's pull quota is used up",
    text: "Docker Hub allows a number of downloads in some hours, and each platform of an image counts as one.",
    next: [
      "Sign in to Docker Hub: signed-in users have a larger quota.",
      "Or wait until the quota is renewed, then try again. What was moved stays moved.",
      "Or choose fewer images.",
    ],
    actions: ["sign_in_source", "retry", "choose_images"],
  }),
  registry_failed: entry({
    title: "The registry failed",
    text: "The registry reported a fault on its own side. It has been tried again several times already.",
    next: [
      "Wait a few minutes, then try again. What was moved stays moved.",
      "When it stays, look at the status page of the registry.",
    ],
    actions: ["retry", "open_log"],
  }),
  registry_unreachable: entry({
    title: "Nothing answers at the registry's address",
    text: "The connection to the registry could not be made: the name is not known, nothing listens there, or TLS could not be set up.",
    next: [
      "Check the address and port of the registry, then try again.",
      "Check the network connection, VPN and proxy of this computer.",
      "A registry without TLS must be marked as plain HTTP where it is typed.",
    ],
    actions: ["retry", "choose_images"],
  }),
  not_a_registry: entry({
    title: "What answers is not a registry",
    text: "The address answered with something else than the registry protocol, such as a web page or a sign-in page of a network.",
    next: [
      "Check the address: it is the host alone, without “https://” and without a path.",
      "On a guest network, open a web page first and sign in there.",
    ],
    actions: ["choose_images", "retry"],
  }),
  connection_lost: entry({
    severity: "warning",
    title: "The connection was cut",
    text: "The connection ended in the middle of a transfer. It has been tried again several times already.",
    next: ["Try again. Layers that arrived whole are not sent twice."],
    actions: ["retry"],
  }),
  digest_mismatch: entry({
    title: "The content is not what its digest says",
    text: "The bytes that arrived do not have the digest or the size that they should have. They were thrown away.",
    next: [
      "Try again: a fault on the way, such as a proxy that changes content, may pass.",
      "When it stays, the copy in the source is damaged; push it there again from where it was built.",
    ],
    actions: ["retry", "choose_images"],
  }),
  manifest_too_large: entry({
    title: "The manifest is too large",
    text: "The list of what the image consists of is larger than 4 MiB, which is the most that ECR keeps.",
    next: ["Leave this image out, or build it anew with fewer layers or annotations."],
    actions: ["choose_images"],
  }),
  manifest_unsupported: entry({
    title: "An image of this kind cannot be copied unchanged",
    text: "Its manifest is of a kind that ECR does not keep, such as Docker's old schema 1.",
    next: [
      "Pull it with a current Docker Engine, push it from there to the source, and copy that. Its digest changes.",
      "Or leave this image out.",
    ],
    actions: ["choose_images"],
  }),
  tag_immutable: entry({
    severity: "warning",
    title: "The tag points to another image and may not be moved",
    text: "The repository keeps tags on the image that they were pushed with, and this tag is taken by an image with another digest.",
    next: (tag) => [
      tag === null ? "Keep the image that is there." : `Keep the image that “${tag}” points to.`,
      "Or push this image under another tag.",
      "Or add the tag to the exceptions of the repository in the ECR console, then try again.",
    ],
    actions: ["keep_existing", "new_tag", "retry"],
  }),
  registry_refused: entry({
    title: "The registry refused the request",
    text: "The registry does not take this request as it is. The details hold its words.",
    next: [
      "Read the reason in the details; it names what the registry does not take.",
      "Try again, or leave this image out.",
    ],
    actions: ["retry", "choose_images", "open_log"],
  }),
};
