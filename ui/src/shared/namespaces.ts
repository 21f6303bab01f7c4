import type { ImageSource } from "../ipc/generated";

/** Sources whose repositories are in namespaces of a Docker Hub. */
export type HubSource = Extract<ImageSource, { kind: "docker_hub" | "practice_account" }>;

/** Whether a source is a Docker Hub, the real one or practice's. */
export function isHub(source: ImageSource | null): source is HubSource {
  return source?.kind === "docker_hub" || source?.kind === "practice_account";
}

/** The namespaces that a text names, with commas between them; each once. */
export function namespacesOf(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  return [...new Set(names.filter((name) => name !== ""))];
}

/** The namespaces that a source names; none means practice's own account. */
export function sourceNamespaces(source: HubSource): string[] {
  return namespacesOf(source.namespace ?? "");
}

/** The source with other namespaces. */
export function withNamespaces(source: HubSource, names: readonly string[]): HubSource {
  const namespace = names.join(", ");
  if (source.kind === "docker_hub") {
    return { kind: "docker_hub", namespace };
  }
  return namespace === "" ? { kind: "practice_account" } : { kind: "practice_account", namespace };
}

/** What is wrong with namespaces as typed. */
export function namespacesProblem(names: readonly string[]): string | null {
  const wrong = names.find((name) => !/^[a-z0-9._-]+$/.test(name));
  return wrong === undefined
    ? null
    : `“${wrong}” is no Docker Hub user or organisation: they have lower-case letters, digits, “_”, “-” and “.”.`;
}
