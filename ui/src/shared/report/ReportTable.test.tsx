import { fireEvent, render, screen, within } from "@testing-library/react";
import { expect, it } from "vitest";
import type { ImageReport } from "../../ipc/generated";
import { accessibilityViolations } from "../../testing/accessibility";
import { imageReport } from "../../testing/imageReport";
import { ReportTable } from "./ReportTable";

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

const image = (part: Partial<ImageReport>) =>
  imageReport({ pushed_digest: digest("a"), registry_digest: digest("a"), ...part });

const kept = image({
  image: 1,
  result: { kind: "unchanged" },
  pushed_digest: null,
  registry_digest: digest("b"),
  ecr_digest: digest("b"),
  proof: "different",
  standing: "kept",
  sent_bytes: 0,
});

const toggle = (number: number) => {
  const row = screen.getByTestId(`result-${number}`).closest("tr") as HTMLElement;
  return within(row).getAllByRole("button", { name: /^(Show|Hide) details of/ })[0] as HTMLElement;
};

it("shows one line of an image, and all digests on request", async () => {
  const { container } = render(<ReportTable images={[image({}), kept]} />);
  expect(screen.getByTestId("digest-ecr-0").dataset.digest).toBe(digest("a"));
  expect(screen.queryByTestId("digest-source-0")).toBeNull();
  fireEvent.click(toggle(0));
  for (const kind of ["source", "pushed", "registry"]) {
    expect(screen.getByTestId(`digest-${kind}-0`).dataset.digest).toBe(digest("a"));
  }
  expect(await accessibilityViolations(container)).toEqual([]);
});

it("shows a kept image as skipped, with both digests and no bytes", () => {
  render(<ReportTable images={[kept]} />);
  const row = screen.getByTestId("result-1").closest("tr") as HTMLElement;
  expect(screen.getByTestId("proof-1").textContent).toBe("Skipped: existing image kept");
  expect(row.innerHTML).not.toContain("status-success");
  expect(row.textContent).toContain("0 B");
  fireEvent.click(toggle(1));
  expect(screen.getByTestId("digest-ecr-1").dataset.digest).toBe(digest("b"));
  expect(screen.getByTestId("digest-source-1").dataset.digest).toBe(digest("a"));
});

it("opens what needs attention by itself", () => {
  const platforms = [
    { platform: "linux/amd64", digest: digest("c"), in_ecr: true },
    { platform: "linux/arm64/v8", digest: digest("d"), in_ecr: false },
  ];
  render(<ReportTable images={[image({ platforms, source_moved_to: digest("e") })]} />);
  expect(screen.getByTestId("platforms-0").textContent).toBe("2 platforms, 1 not in ECR");
  expect(screen.getByTestId("platform-linux/arm64/v8-0").dataset.digest).toBe(digest("d"));
  expect(screen.getByTestId("source-changed-0").dataset.digest).toBe(digest("e"));
});
