import type { Backend } from "../backend";
import type { ImageVulnerabilities } from "../generated";

const counts: ImageVulnerabilities["counts"] = [
  { severity: "critical", count: 1 },
  { severity: "high", count: 2 },
];

const scanned: ImageVulnerabilities = {
  state: "active",
  description: "Continuous scan is selected for image.",
  is_enhanced: true,
  completed_at_ms: Date.UTC(2026, 9, 2),
  source_updated_at_ms: null,
  counts,
  packages: [
    {
      name: "openssl",
      version: "3.0.1-r0",
      severity: "critical",
      fixed_in: ["3.0.2-r1", "3.0.3-r0"],
      path: null,
      layer: `sha256:${"1".repeat(64)}`,
      vulnerabilities: [
        {
          id: "CVE-2026-90001",
          severity: "critical",
          description: "Made up: <b>openssl</b> has a fault.",
          url: "https://cve.example/CVE-2026-90001",
          score: 9.8,
          fix: "yes",
          exploit_available: true,
        },
        {
          id: "CVE-2026-90002",
          severity: "high",
          description: null,
          url: null,
          score: 7.5,
          fix: "yes",
          exploit_available: false,
        },
      ],
    },
    {
      name: "zlib",
      version: "1.2.11-r3",
      severity: "high",
      fixed_in: [],
      path: null,
      layer: null,
      vulnerabilities: [
        {
          id: "CVE-2026-90003",
          severity: "high",
          description: null,
          url: null,
          score: null,
          fix: "no",
          exploit_available: false,
        },
      ],
    },
  ],
  in_use_count: 2,
  last_in_use_at_ms: Date.UTC(2026, 9, 3),
};

/** Fake calls about the scans and the replication of an image. */
export function fakeImageStateMethods() {
  return {
    imageVulnerabilities: async () => scanned,
    imageScanStart: async () => {},
    imageFindingCounts: async (_connection, _name, digests) =>
      digests.map((digest) => ({
        digest,
        findings: { digest, state: "active", counts, in_use_count: 2 },
        error: null,
      })),
    repositoryUse: async () => ({ read_at_ms: null, images: [], error: null }),
    imageLayerSharing: async () => ({
      layers: [
        {
          digest: `sha256:${"1".repeat(64)}`,
          images: ["2.0", "base-1"],
          image_count: 2,
          repositories: ["team/web"],
        },
        { digest: `sha256:${"2".repeat(64)}`, images: [], image_count: 0, repositories: [] },
      ],
      base_guess: { name: "base-1", layers: 1 },
      unread: 0,
    }),
    imageDigestNow: async () => `sha256:${"d".repeat(64)}`,
    imageReplication: async () => [
      {
        region: "us-west-2",
        account: "111122223333",
        state: "complete",
        failure_code: null,
      },
      {
        region: "ap-southeast-2",
        account: "111122223333",
        state: "failed",
        failure_code: "REGION_NOT_ENABLED",
      },
    ],
  } satisfies Partial<Backend>;
}
