import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { createFakeBackend, fakeError } from "../../ipc/fakeBackend";
import { accessibilityViolations } from "../../testing/accessibility";
import { ClientLoginsSection } from ".";

const registry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
const connection = {
  kind: "profile",
  profile: "default",
  region: null,
  ecr_endpoint: null,
  registry_endpoint: null,
} as const;

async function open() {
  const backend = createFakeBackend();
  const { container } = render(<ClientLoginsSection backend={backend} connection={connection} />);
  // Nothing is looked at before somebody wants to see it.
  expect(backend.calls).toEqual([]);
  fireEvent.click(screen.getByText("Log in with docker and Podman"));
  await screen.findByTestId("client-login-docker");
  return { backend, container };
}

const docker = () => within(screen.getByTestId("client-login-docker"));
const applied = (backend: ReturnType<typeof createFakeBackend>) =>
  backend.calls
    .filter((call) => call.method === "clientLoginApply")
    .map((call) => call.args.slice(1));

describe("logins of docker and Podman", () => {
  it("say what will be changed, and set the helper of ECR up and back", async () => {
    const { backend, container } = await open();
    const block = screen.getByTestId("client-login-docker");
    expect(block.textContent).toContain(`No login for ${registry}`);
    expect(block.textContent).toContain(`old entry “https://${registry}”`);
    expect(block.textContent).toContain(
      `/home/me/.docker/config.json: set credHelpers → ${registry} to "ecr-login"`,
    );
    expect(block.textContent).toContain(`remove auths → https://${registry}`);
    expect(await accessibilityViolations(container)).toEqual([]);

    fireEvent.click(docker().getByTestId("client-login-docker-apply"));
    await docker().findByText(/gets a login for .* when needed. No action required/);
    expect(applied(backend)).toEqual([["docker", { kind: "ecr_helper" }]]);
    await waitFor(() => expect(docker().queryByTestId("client-login-docker-apply")).toBeNull());

    fireEvent.click(docker().getByTestId("client-login-docker-undo"));
    await docker().findByText(`No login for ${registry}`);
  });

  it("write a login into the file only after a tick", async () => {
    const { backend } = await open();
    const methods = createWrapper(document.body).findRadioGroup(
      '[data-testid="client-login-docker-methods"]',
    );
    act(() => methods?.findInputByValue("inline")?.click());
    const button = () => screen.getByTestId("client-login-docker-apply");
    fireEvent.click(button());
    expect(applied(backend)).toEqual([]);
    act(() =>
      createWrapper(document.body)
        .findCheckbox('[data-testid="client-login-docker-agree"]')
        ?.findNativeInput()
        .click(),
    );
    fireEvent.click(button());
    await waitFor(() => expect(applied(backend)).toEqual([["docker", { kind: "inline" }]]));
    await docker().findByText(/The file contains a login/);
  });

  it("show why a helper failed, and refresh", async () => {
    const { backend } = await open();
    backend.failNext(
      "clientLoginApply",
      fakeError("client_login_failed", "docker-credential-pass failed: no key.", "x"),
    );
    fireEvent.click(screen.getByTestId("client-login-podman-apply"));
    await screen.findByText("docker-credential-pass failed: no key.");
    fireEvent.click(screen.getByTestId("error-action-retry"));
    await waitFor(() =>
      expect(backend.calls.filter((call) => call.method === "clientLogins").length).toBe(2),
    );
  });
});
