import { describe, expect, it } from "vitest";
import type { FindingCounts, ScanState } from "../../ipc/generated";
import { findingsText } from "./FindingsCell";
import { imageRows } from "./repositoryImageRows";
import { scannedDigest } from "./useFindings";

const none = { critical: 0, high: 0, medium: 0, low: 0, other: 0 };

function listed(state: ScanState, counts: Partial<FindingCounts["counts"]> = {}) {
  const findings = { digest: "x", state, counts: { ...none, ...counts }, in_use_count: null };
  return { digest: "x", findings, error: null };
}

describe("findings in a row", () => {
  it.each([
    [listed("complete", { critical: 1, high: 2, low: 9 }), "1 critical, 2 high"],
    [listed("active", { medium: 3, low: 1 }), "3 medium, 1 low"],
    [listed("complete"), "None"],
    [listed("not_scanned"), "Not scanned"],
    [listed("unsupported"), "Can’t be scanned"],
    [{ digest: "x", findings: null, error: null }, "Couldn’t read"],
  ] as const)("%# are words", (findings, text) => {
    expect(findingsText(findings)).toBe(text);
  });

  it("are those of the first platform of an index, and of no artifact", () => {
    const part = { digest: "p", kind: "image" as const, platform: "linux/amd64", parts: [] };
    const row = {
      digest: "i",
      kind: "index" as const,
      size: { bytes: 1, is_exact: true },
      only_here_bytes: null,
      platforms: ["linux/amd64"],
      attestations: 0,
      provenances: 0,
      sboms: 0,
      signatures: 0,
      referrers: 0,
      parts: [{ ...part, digest: "s", kind: "signature" as const }, part],
      is_unread: false,
      is_orphan: false,
      also_in: [],
      probably_in: null,
    };
    const rows = imageRows([], {
      rows: [row, { ...row, kind: "image" }, { ...row, kind: "helm_chart" }],
      parts: 0,
      size: { bytes: 1, is_exact: true },
      unread_indexes: [],
      unread_manifests: [],
    } as never);
    expect(rows.map(scannedDigest)).toEqual(["p", "i", null]);
  });
});
