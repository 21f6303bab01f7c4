import type { EngineStatus, EngineStore } from "../ipc/generated";

const storeTexts: Record<EngineStore, string> = {
  containerd: "containerd image store, digests stay",
  graph_driver: "graph driver, layers are packed again",
  podman: "Podman, layers are packed again",
};

/** What an engine says of itself, as lines of details: what it is, and the value. */
export function engineFacts(engine: EngineStatus): (readonly [string, string])[] {
  const { store, api, platform, address } = engine;
  const facts: readonly (readonly [string, string | null | undefined])[] = [
    ["Images", store && storeTexts[store]],
    ["API version", api],
    ["Platform", platform],
    ["Address", address],
  ];
  return facts.flatMap(([what, value]) => (value ? [[what, value] as const] : []));
}
