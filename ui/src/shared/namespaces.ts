/** Namespaces of Docker Hub as one text field shows them, separated by commas. */
import type { ImageSource } from "../ipc/generated";

export type HubSource = Extract<ImageSource, { kind: "docker_hub" | "practice_account" }>;

/** Whether a source is Docker Hub or the practice Docker Hub. */
export function isHub(source: ImageSource | null): source is HubSource {
  return source?.kind === "docker_hub" || source?.kind === "practice_account";
}

/** Parses comma-separated namespaces, without duplicates. */
export function namespacesOf(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  return [...new Set(names.filter((name) => name !== ""))];
}

/** The namespaces of a source. Empty means the practice account. */
export function sourceNamespaces(source: HubSource): string[] {
  return namespacesOf(source.namespace ?? "");
}

export function withNamespaces(source: HubSource, names: readonly string[]): HubSource {
  const namespace = names.join(", ");
  if (source.kind === "docker_hub") {
    return { kind: "docker_hub", namespace };
  }
  return namespace === "" ? { kind: "practice_account" } : { kind: "practice_account", namespace };
}

/** Returns the problem of comma-separated namespaces. */
export function namespacesProblem(names: readonly string[]): string | null {
  const wrong = names.find((name) => !/^[a-z0-9._-]+$/.test(name));
  return wrong === undefined
    ? null
    : `“${wrong}” isn’t a valid Docker Hub name. Use lowercase letters, digits, “_”, “-”, and “.”.`;
}
