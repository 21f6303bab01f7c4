import type { EngineOrigin, EngineStatus, ImageStore } from "../ipc/generated";

const storeTexts: Record<ImageStore, string> = {
  containerd: "containerd image store (keeps digests)",
  graph_driver: "graph driver (recompresses layers)",
  podman: "Podman (recompresses layers)",
};

/** Details of an engine as label and value. */
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

/** Where the address of an engine is from. */
export function originLabel(origin: EngineOrigin): string {
  switch (origin.kind) {
    case "settings":
      return "from Settings";
    case "environment":
      return "from DOCKER_HOST";
    case "context":
      return `from the Docker context ${origin.name}`;
    case "socket":
      return `default socket of ${origin.product}`;
  }
}
