import type { SourceLoginStatus } from "../ipc/generated";

/** The login of a source in a few words. */
export function loginText(status: SourceLoginStatus | null): string {
  const who = status?.username ?? "you";
  switch (status?.origin) {
    case undefined:
      return "Sign-in";
    case "anonymous":
      return "Not signed in (public images only)";
    case "typed":
      return `Signed in as ${who} until Transload closes`;
    case "keychain":
      return `Signed in as ${who}, saved in the keychain`;
    case "docker_login":
      return `Signed in as ${who}, with the login stored in ${status?.stored_in ?? "Docker"}`;
  }
}
