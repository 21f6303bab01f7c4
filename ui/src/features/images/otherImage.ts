import type { ImageLocation } from "../../ipc/generated";

/**
 * The location that a reference such as `quay.io/team/app:1` names, or `null` if it is incomplete. As in
 * Docker, the first part is a host if it contains a dot or a colon, or is `localhost`. `defaultTag` is that of a
 * reference without one.
 */
export function parseOther(text: string, defaultTag = "latest"): ImageLocation | null {
  const trimmed = text.trim();
  const [name = "", digest] = trimmed.split("@", 2);
  const slash = name.indexOf("/");
  const first = slash === -1 ? "" : name.slice(0, slash);
  const hasHost = /[.:]/.test(first) || first === "localhost";
  const host = hasHost ? first : "docker.io";
  const rest = hasHost ? name.slice(slash + 1) : name;
  const colon = rest.lastIndexOf(":");
  const tagged = colon > rest.lastIndexOf("/");
  const repository = tagged ? rest.slice(0, colon) : rest;
  const tag = tagged ? rest.slice(colon + 1) : defaultTag;
  if (repository === "" || tag === "" || digest === "") {
    return null;
  }
  return {
    source: { kind: "registry", host, plain_http: false },
    repository,
    reference: digest ?? tag,
  };
}
