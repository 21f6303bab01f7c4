import { act, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { type Backend, BackendProvider } from "../../ipc";
import { createFakeBackend } from "../../ipc/fakeBackend";
import type { ImageVulnerabilities, ScanState } from "../../ipc/generated";
import { scanStateTexts } from "../../shared/vulnerabilities";
import { accessibilityViolations } from "../../testing/accessibility";
import { BaseImage } from "./BaseImage";
import { ReplicationTab } from "./ReplicationTab";
import { VulnerabilitiesTab } from "./VulnerabilitiesTab";

const image = {
  connection: { kind: "practice" as const },
  repository: "team/app",
  digest: `sha256:${"a".repeat(64)}`,
};

function show(part: Partial<Backend> = {}, Tab = VulnerabilitiesTab) {
  const backend = Object.assign(createFakeBackend(), part);
  const { container } = render(
    <BackendProvider backend={backend}>
      <Tab {...image} />
    </BackendProvider>,
  );
  return { backend, container };
}

const scanned = () => createFakeBackend().imageVulnerabilities(image.connection, "", "");

const basic = async (state: ScanState): Promise<ImageVulnerabilities> => ({
  ...(await scanned()),
  state,
  is_enhanced: false,
  in_use_count: null,
});

describe("the vulnerabilities of an image", () => {
  it("are shown by package with fixed versions, severities, and where the image runs", async () => {
    const { container } = show();
    const table = await screen.findByTestId("vulnerable-packages");
    for (const text of [
      "openssl",
      "3.0.2-r1, 3.0.3-r0",
      "Critical",
      "CVSS 9.8",
      "Exploit available",
      "No fix",
    ]) {
      expect(table.textContent).toContain(text);
    }
    expect(table.textContent).toContain("<b>openssl</b>");
    expect(screen.getByTestId("in-use").textContent).toBe("2 places");
    expect(
      (screen.getByTestId("scan-now") as HTMLButtonElement).getAttribute("aria-disabled"),
    ).toBe("true");
    expect(await accessibilityViolations(container)).toEqual([]);
  });

  it("are scanned on request, and a refusal is shown beside what is known", async () => {
    const read = vi.fn(() => basic("complete"));
    const { backend } = show({ imageVulnerabilities: read });
    await screen.findByTestId("scan-now");
    await act(async () => fireEvent.click(screen.getByTestId("scan-now")));
    await waitFor(() => expect(read).toHaveBeenCalledTimes(2));
    backend.failNext("imageScanStart", {
      code: "scan_refused",
      message: "ECR scans an image once in 24 hours, and a scan on push counts.",
      hints: [],
      causes: [],
      retryable: false,
      subject: null,
    });
    await act(async () => fireEvent.click(screen.getByTestId("scan-now")));
    expect((await screen.findByTestId("error-alert")).textContent).toContain("once in 24 hours");
    expect(screen.getByTestId("vulnerable-packages")).toBeTruthy();
  });

  it.each(Object.keys(scanStateTexts) as ScanState[])(
    "has words for the state %s",
    async (state) => {
      show({ imageVulnerabilities: () => basic(state) });
      const summary = await screen.findByTestId("scan-summary");
      expect(summary.textContent).toContain(scanStateTexts[state].label);
      expect(summary.textContent).toContain(scanStateTexts[state].explanation);
    },
  );
});

it("shows a state of a later ECR as ECR wrote it", async () => {
  const found = await basic("complete");
  show({ imageVulnerabilities: async () => ({ ...found, state: { unknown: "PAUSED" } }) });
  expect((await screen.findByTestId("scan-summary")).textContent).toContain("PAUSED");
});

it("shows and counts a severity of a later ECR as ECR wrote it, after the known ones", async () => {
  const found = await scanned();
  const [openssl, zlib] = found.packages;
  const severity = { unknown: "BLOCKER" };
  const unknown: ImageVulnerabilities = {
    ...found,
    counts: [...found.counts, { severity: "untriaged", count: 4 }, { severity, count: 5 }],
    packages: [openssl, { ...zlib, severity }] as ImageVulnerabilities["packages"],
  };
  show({ imageVulnerabilities: async () => unknown });
  const summary = (await screen.findByTestId("scan-summary")).textContent ?? "";
  expect(summary).toContain("Critical1High2Medium0Low0Untriaged4BLOCKER5");
  const rows = within(screen.getByTestId("vulnerable-packages")).getAllByRole("row");
  expect(rows.at(-1)?.textContent).toContain("BLOCKER");
  expect(rows.at(-1)?.textContent).not.toContain("Other");
});

describe("the replication of an image", () => {
  it("is shown by region with the reason of a failure", async () => {
    const { container } = show({}, ReplicationTab);
    const table = await screen.findByTestId("replication");
    expect(table.textContent).toContain("Replicated");
    expect(table.textContent).toContain("Failed: REGION_NOT_ENABLED");
    expect(await accessibilityViolations(container)).toEqual([]);
  });

  it("says that there are no replications", async () => {
    show({ imageReplication: async () => [] }, ReplicationTab);
    expect((await screen.findByTestId("replication-none")).textContent).toContain("Not replicated");
  });
});

describe("the base image", () => {
  const digest = `sha256:${"b".repeat(64)}`;
  it.each([
    [digest, "still has this digest"],
    [`sha256:${"d".repeat(64)}`, "The base has moved"],
    [null, "no longer exists"],
  ])("whose tag now has %s is shown", async (now, text) => {
    const backend = Object.assign(createFakeBackend(), { imageDigestNow: async () => now });
    render(
      <BackendProvider backend={backend}>
        <BaseImage name="docker.io/library/alpine:3.22" digest={digest} />
      </BackendProvider>,
    );
    expect(backend.calls).toEqual([]);
    fireEvent.click(screen.getByTestId("base-check"));
    expect((await screen.findByTestId("base-state")).textContent).toContain(text);
  });
});
