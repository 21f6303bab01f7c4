import type { ClientLoginChange, HeldLogin, LoginClient, LoginWay } from "../../ipc/generated";

/** What the clients are called. */
export const clientNames: Record<LoginClient, string> = { docker: "Docker", podman: "Podman" };

/** What a client has for a registry. */
export function heldText(held: HeldLogin, registry: string): string {
  switch (held.kind) {
    case "none":
      return `No login for ${registry}`;
    case "inline":
      return `A login for ${registry} stands in its file; ECR’s are good for 12 hours`;
    case "helper":
      return `${held.program} keeps its logins; ECR’s are good for 12 hours`;
    case "ecr_helper":
      return `docker-credential-ecr-login gets a login for ${registry} each time; nothing to do`;
  }
}

/** A way to a login, in a few words. */
export function wayLabel(way: LoginWay): string {
  switch (way.kind) {
    case "helper":
      return `docker-credential-${way.name} keeps the login for 12 hours`;
    case "ecr_helper":
      return "docker-credential-ecr-login gets a login each time";
    case "inline":
      return "The login is written into the file for 12 hours";
  }
}

/** What to know of a way. */
export function wayDescription(way: LoginWay, client: LoginClient): string {
  switch (way.kind) {
    case "helper":
      return "It is handed over directly, and stands in no file in clear text.";
    case "ecr_helper":
      return `Nothing is stored. It uses the AWS profile of the terminal that ${client} runs in (AWS_PROFILE), not the one that is chosen here.`;
    case "inline":
      return "Not encrypted: whoever can read the file can use the login.";
  }
}

/** A change in a sentence. */
export function changeText(change: ClientLoginChange): string {
  switch (change.action) {
    case "kept":
      return `${change.place} is given the login to keep, as ${change.key}`;
    case "set":
      return `${change.place}: ${change.key} is set to ${change.value ?? ""}`;
    case "removed":
      return `${change.place}: ${change.key} is taken out`;
  }
}
