import { act, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Draft, emptyDraft, requestOf } from "../features/migrate/wizard/draft";
import { type FakeBackend, type FakeOptions, fakeError } from "../ipc/fakeBackend";
import type { DroppedFile, ImageSource, MigrationRequest } from "../ipc/generated";
import { byId, find, openWindow, textOf } from "../testing/window";

const image = { repository: "dencold/pgcli", tag: "latest" };
const filled: Draft = {
  ...emptyDraft,
  step: "images",
  connection: { kind: "practice" },
  source: { kind: "practice_account" },
  images: [image],
};
const registry: ImageSource = { kind: "registry", host: "ghcr.io", plain_http: false };

function openWith(file: DroppedFile | null, options: FakeOptions = {}) {
  return openWindow({
    draft: filled,
    ...options,
    answers: {
      droppedFileRead: async () => {
        if (file === null) {
          throw fakeError("input_invalid", "/home/me/notes.pdf is neither a plan nor a list.");
        }
        return file;
      },
    },
  });
}

async function drop(backend: FakeBackend, ...paths: string[]) {
  await byId("wizard-next");
  act(() => backend.drag({ kind: "entered" }));
  await byId("drop-hint");
  act(() => backend.drag({ kind: "dropped", paths }));
  expect(screen.queryByTestId("drop-hint")).toBeNull();
}

const list: DroppedFile = {
  kind: "images",
  source: registry,
  images: [
    { repository: "team/app", tag: "1" },
    { repository: "team/app", tag: "2" },
  ],
  others: 1,
};

describe("a file dropped on the window", () => {
  it("that is a list selects its images, and is undone", async () => {
    const backend = openWith(list);
    await drop(backend, "/home/me/list.txt");
    await screen.findByText("list.txt opened");
    await screen.findByText(/2 images selected. Registry ghcr.io. 1 image of other sources/);
    expect(await textOf("selection-summary")).toContain("2 tags selected");
    await byId("repository-team/app");
    expect(backend.calls.some(({ method }) => method === "migrationStart")).toBe(false);
    act(() => screen.getByText("Undo").click());
    await waitFor(async () =>
      expect(await textOf("selection-summary")).toContain("1 tag selected"),
    );
    await byId("repository-dencold/pgcli");
  });

  it("that is a plan opens Review, and waits for Start", async () => {
    const request = requestOf(filled, new Map(), true) as MigrationRequest;
    const backend = openWith({ kind: "plan", request, account_id: "000000000000" });
    await drop(backend, "C:\\Users\\me\\plan.json");
    await byId("plan-images");
    await screen.findByText("plan.json opened");
    expect(backend.calls.some(({ method }) => method === "migrationPlan")).toBe(true);
    expect(backend.calls.some(({ method }) => method === "migrationStart")).toBe(false);
  });

  it("that can’t be read says why, and changes nothing", async () => {
    const backend = openWith(null);
    await drop(backend, "/home/me/notes.pdf");
    await screen.findByText(/neither a plan nor a list/);
    expect(await textOf("selection-summary")).toContain("1 tag selected");
  });

  it("is one file", async () => {
    const backend = openWith(list);
    await drop(backend, "/home/me/one.txt", "/home/me/two.txt");
    await screen.findByText("Drop one file at a time");
    expect(backend.calls.some(({ method }) => method === "droppedFileRead")).toBe(false);
  });

  it("opens the wizard from any page, and a file that leaves the window opens nothing", async () => {
    const backend = openWith(list, { draft: { ...filled, step: "connection" } });
    await find('[data-testid="wizard-next"]');
    act(() => backend.drag({ kind: "entered" }));
    act(() => backend.drag({ kind: "left" }));
    await waitFor(() => expect(screen.queryByTestId("drop-hint")).toBeNull());
    await drop(backend, "/home/me/list.txt");
    expect(await textOf("selection-summary")).toContain("2 tags selected");
  });
});
