import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, fireEvent, render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { BackendProvider } from "../../ipc";
import { createFakeBackend } from "../../ipc/fakeBackend";
import { ImagePage } from "./ImagePage";

const connection = { kind: "practice" } as const;

function open(compareWith?: string) {
  const backend = createFakeBackend();
  render(
    <BackendProvider backend={backend}>
      <ImagePage
        connection={connection}
        image={{
          repository: "team/app",
          uri: "registry/team/app",
          digest: `sha256:${"e".repeat(64)}`,
          tags: ["2.1", "latest"],
          pushedAtMs: null,
          pulledAtMs: null,
          ownReadAtMs: null,
          otherTags: ["2.0"],
          referencedBy: null,
          ...(compareWith === undefined ? {} : { compareWith }),
        }}
        onClose={() => {}}
      />
    </BackendProvider>,
  );
  const others = () =>
    backend.calls.filter(({ method }) => method === "imageCompare").map(({ args }) => args[1]);
  return { others };
}

it("compares two selected images at once", async () => {
  const { others } = open("2.0");
  await screen.findByTestId("compare-configuration");
  const other = { source: { kind: "ecr", connection }, repository: "team/app", reference: "2.0" };
  expect(others()).toEqual([other]);
  fireEvent.click(screen.getByTestId("compare-close"));
  await screen.findByTestId("image-tabs");
});

it("starts a comparison with another registry with the same repository and tag", async () => {
  open();
  await screen.findByTestId("image-tabs");
  fireEvent.click(screen.getByTestId("image-compare"));
  const checkbox = createWrapper().findCheckbox('[data-testid="compare-elsewhere"]');
  act(() => checkbox?.findNativeInput().click());
  const input = createWrapper().findInput('[data-testid="compare-reference"]');
  expect(input?.findNativeInput().getElement().value).toBe("docker.io/team/app:2.1");
});
