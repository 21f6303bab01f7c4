/** Registry logins of `docker` and Podman, and the methods to change them, in words. */
import type {
  ClientLoginChange,
  ExistingLogin,
  LoginClient,
  LoginMethod,
} from "../../ipc/generated";

export const clientNames: Record<LoginClient, string> = { docker: "Docker", podman: "Podman" };

/** Describes the current login of a client. */
export function existingText(existing: ExistingLogin, registry: string): string {
  switch (existing.kind) {
    case "none":
      return `No login for ${registry}`;
    case "inline":
      return `The file contains a login for ${registry}. ECR logins are valid for 12 hours`;
    case "helper":
      return `${existing.program} stores the login. ECR logins are valid for 12 hours`;
    case "ecr_helper":
      return `docker-credential-ecr-login gets a login for ${registry} when needed. No action required`;
  }
}

/** Label of a login method. */
export function methodLabel(method: LoginMethod): string {
  switch (method.kind) {
    case "helper":
      return `Store the login in docker-credential-${method.name} for 12 hours`;
    case "ecr_helper":
      return "Get a login with docker-credential-ecr-login when needed";
    case "inline":
      return "Write the login to the file for 12 hours";
  }
}

/** Description of a login method. */
export function methodDescription(method: LoginMethod, client: LoginClient): string {
  switch (method.kind) {
    case "helper":
      return "Transload passes the login directly to the helper. No file contains it in plain text.";
    case "ecr_helper":
      return `No login is stored. The helper uses the AWS profile of the terminal that runs ${client} (AWS_PROFILE), not the profile selected here.`;
    case "inline":
      return "Not encrypted. Anyone who can read the file can use the login.";
  }
}

export function changeText(change: ClientLoginChange): string {
  switch (change.action) {
    case "kept":
      return `${change.place}: store the login as ${change.key}`;
    case "set":
      return `${change.place}: set ${change.key} to ${change.value ?? ""}`;
    case "removed":
      return `${change.place}: remove ${change.key}`;
  }
}
