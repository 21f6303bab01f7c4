import { act, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { describe, expect, it, vi } from "vitest";
import { type Backend, BackendProvider } from "../../ipc";
import type { FindingCounts, ScanState } from "../../ipc/generated";
import { practice } from "../../testing/component";
import { findingsText } from "./FindingsCell";
import { imageRows, type RepositoryImageRow } from "./repositoryImageRows";
import { scannedDigest, useFindings } from "./useFindings";

type Counts = readonly (readonly [FindingCounts["counts"][number]["severity"], number])[];

function listed(state: ScanState, counted: Counts = []) {
  const counts = counted.map(([severity, count]) => ({ severity, count }));
  const findings = { digest: "x", state, counts, in_use_count: null };
  return { digest: "x", findings, error: null };
}

describe("findings in a row", () => {
  it.each([
    [
      listed("complete", [
        ["critical", 1],
        ["high", 2],
        ["low", 9],
      ]),
      "1 critical, 2 high",
    ],
    [
      listed("active", [
        ["medium", 3],
        ["untriaged", 1],
      ]),
      "3 medium, 1 untriaged",
    ],
    [
      listed("complete", [
        ["low", 9],
        [{ unknown: "BLOCKER" }, 1_200],
      ]),
      "1,200 BLOCKER",
    ],
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

describe("the findings of the rows in sight", () => {
  it("are read once, again for a new list, and again after an error on request", async () => {
    vi.useFakeTimers();
    const read = vi.fn(async () => [listed("complete")]);
    const backend = { imageFindingCounts: read } as Partial<Backend> as Backend;
    const row = { digest: "x", kind: "image", status: "active" } as RepositoryImageRow;
    const { result, rerender } = renderHook(
      ({ list }) => useFindings(practice, "app", [row], true, list),
      {
        initialProps: { list: "first" },
        wrapper: ({ children }: { children: ReactNode }) => (
          <BackendProvider backend={backend}>{children}</BackendProvider>
        ),
      },
    );
    const settle = () => act(() => vi.advanceTimersByTimeAsync(1_000));
    await settle();
    rerender({ list: "first" });
    await settle();
    expect(read).toHaveBeenCalledTimes(1);
    read.mockRejectedValueOnce(new Error("gone"));
    rerender({ list: "second" });
    await settle();
    expect(read).toHaveBeenCalledTimes(2);
    expect(result.current.error).toEqual(new Error("gone"));
    // What was known stays.
    expect(result.current.byDigest.size).toBe(1);
    act(() => result.current.reload());
    await settle();
    expect(read).toHaveBeenCalledTimes(3);
    expect(result.current.error).toBeNull();
  });
});
