import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { useState } from "react";
import { expect, it } from "vitest";
import { BackendProvider } from "../../ipc/BackendContext";
import { createFakeBackend, fakeError } from "../../ipc/fakeBackend";
import type { ImageSource } from "../../ipc/generated";
import { ProfileSourceFields } from "./ProfileSourceFields";

const empty: ImageSource = { kind: "registry", host: "", plain_http: false };

function Fields() {
  const [source, setSource] = useState<ImageSource | null>(empty);
  return <ProfileSourceFields source={source} problem={undefined} onChange={setSource} />;
}

function enter(host: string, read: () => ImageSource) {
  const sourcePasteRead = async () => ({
    source: read(),
    repository: null,
    tag: null,
    digest: null,
  });
  const backend = createFakeBackend({ answers: { sourcePasteRead } });
  render(
    <BackendProvider backend={backend}>
      <Fields />
    </BackendProvider>,
  );
  act(() => createWrapper().findInput('[data-testid="profile-form-host"]')?.setInputValue(host));
  fireEvent.blur(field());
}

const field = () =>
  screen.getByTestId("profile-form-host").querySelector("input") as HTMLInputElement;

it("keeps the registry of a pasted address", async () => {
  enter("http://ghcr.io/v2/", () => ({ ...empty, host: "ghcr.io", plain_http: true }));
  await waitFor(() => expect(field().value).toBe("ghcr.io"));
  const plainHttp = createWrapper().findCheckbox('[data-testid="profile-form-plain-http"]');
  expect(plainHttp?.findNativeInput().getElement()).toHaveProperty("checked", true);
});

it("keeps what was entered if it isn’t understood", async () => {
  enter("team/app", () => {
    throw fakeError("input_invalid", "“team/app” is not a registry host.");
  });
  await act(async () => {});
  expect(field().value).toBe("team/app");
});
