import { fakeRegistry } from "../ipc/fake/fixtures";
import type { ImageReport } from "../ipc/generated";

/** The report of an image that was copied and is equal, as changed by `part`. */
export const imageReport = (part: Partial<ImageReport>): ImageReport => ({
  image: 0,
  source: "docker.io/dencold/pgcli:1",
  destination: `${fakeRegistry(true)}/pgcli:1`,
  route: "registry_to_registry",
  result: { kind: "moved" },
  source_digest: `sha256:${"a".repeat(64)}`,
  pushed_digest: null,
  registry_digest: null,
  ecr_digest: `sha256:${"a".repeat(64)}`,
  proof: "equal",
  standing: "equal",
  sent_bytes: 1,
  elapsed_ms: 1,
  left_behind: [],
  source_moved_to: null,
  platforms: [],
  ...part,
});
