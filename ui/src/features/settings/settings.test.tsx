import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { useState } from "react";
import { describe, expect, it, vi } from "vitest";
import { type Backend, BackendProvider } from "../../ipc";
import { defaultSettings } from "../../ipc/defaultSettings";
import { fakeCaFile, fakeNetwork } from "../../ipc/fake/network";
import { fakeError } from "../../ipc/fakeBackend";
import type { ApiError, EngineStatus, Settings } from "../../ipc/generated";
import { accessibilityViolations } from "../../testing/accessibility";
import { SettingsPage } from ".";

const initial: Settings = { ...defaultSettings, welcomed: true };

const running: EngineStatus = {
  running: true,
  address: "unix:///run/podman.sock",
  origin: { kind: "settings" },
  version: "Podman Engine 4.3.1",
  keeps_digests: false,
  tried: [],
  error: null,
};

const notRunning: EngineStatus = {
  running: false,
  address: null,
  origin: null,
  version: null,
  keeps_digests: null,
  tried: [
    { address: "unix:///x.sock", origin: { kind: "settings" }, outcome: "there is no such file" },
  ],
  error: {
    code: "engine_not_running",
    message: "Nothing answered at unix:///x.sock.",
    hints: [],
    causes: [],
    retryable: true,
    subject: null,
  },
};

const practice = {
  ecr_endpoint: "http://127.0.0.1:1",
  registry: "127.0.0.1:1",
  hub: "127.0.0.1:2",
  account_id: "111122223333",
  region: "eu-west-1",
  access_key_id: "AKIAPRACTICE00000000",
  secret_access_key: "practice-only-secret",
  hub_account: "dencold",
  hub_access_token: "practice-hub-access-token",
  hub_organizations: ["acme"],
};

function backendWith(engine = running) {
  return {
    practiceStart: vi.fn(async () => practice),
    appInfo: vi.fn(async () => ({
      version: "1.2.3",
      log_folder: "/home/me/logs",
      data_folder: "/home/me/data",
      started_in_practice: false,
    })),
    engineStatus: vi.fn(async () => engine),
    networkStatus: vi.fn(async () => fakeNetwork(null)),
    openPathChoose: vi.fn(async (): Promise<string | null> => "/home/me/corp.pem"),
    caFileCheck: vi.fn(async (path: string) => fakeCaFile(path)),
    logFolderOpen: vi.fn(async () => {}),
    practiceReset: vi.fn(async () => practice),
    practiceExamplesCreate: vi.fn(async () => ["shop/api"]),
    sourceRepositories: vi.fn(async () => ({ repositories: [], next: null, total: 0, unread: [] })),
    ssoSessionsList: vi.fn(async () => []),
    awsProfilesList: vi.fn(async () => ({
      profiles: [],
      files: [],
      ignored: [],
      preselected: null,
      environment_has_keys: false,
    })),
  } satisfies Partial<Backend>;
}

/** The page under a frame that keeps settings. */
function Frame({ keep }: { keep: (change: Partial<Settings>) => Promise<void> }) {
  const [settings, setSettings] = useState(initial);
  const change = async (part: Partial<Settings>) => {
    await keep(part);
    setSettings((before) => ({ ...before, ...part }));
  };
  return <SettingsPage settings={settings} onChange={change} />;
}

async function show(backend = backendWith()) {
  const keep = vi.fn(async (_change: Partial<Settings>) => {});
  const view = render(
    <BackendProvider backend={backend as Partial<Backend> as Backend}>
      <Frame keep={keep} />
    </BackendProvider>,
  );
  await screen.findByText("1.2.3");
  return { ...view, keep, backend };
}

const wrapper = () => createWrapper(document.body);

describe("the settings", () => {
  it("are saved immediately, and revert if saving fails", async () => {
    const { container, keep } = await show();
    act(() =>
      wrapper()
        .findSegmentedControl('[data-testid="settings-theme"]')
        ?.findSegmentById("dark")
        ?.click(),
    );
    await waitFor(() => expect(keep).toHaveBeenLastCalledWith({ theme: "dark" }));
    const full: ApiError = {
      code: "storage_failed",
      message: "The disk is full.",
      hints: [],
      causes: [],
      retryable: true,
      subject: null,
    };
    keep.mockRejectedValueOnce(full);
    const draft = () =>
      wrapper().findToggle('[data-testid="settings-keep-draft"]')?.findNativeInput().getElement();
    act(() => draft()?.click());
    await screen.findByText("The disk is full.");
    expect(draft()?.checked).toBe(true);
    fireEvent.click(screen.getByTestId("error-action-retry"));
    await waitFor(() => expect(draft()?.checked).toBe(false));
    await waitFor(() => expect(screen.queryByTestId("error-alert")).toBeNull());
    expect(await accessibilityViolations(container)).toEqual([]);
  });

  it("save an engine address before they test it, and reject an invalid one", async () => {
    const { keep, backend } = await show();
    const address = wrapper().findInput('[data-testid="settings-engine-address"]');
    const test = screen.getByTestId("settings-engine-test");
    act(() => address?.setInputValue("ftp://podman"));
    fireEvent.click(test);
    expect(screen.getByText(/Enter an address such as/)).toBeTruthy();
    expect(backend.engineStatus).not.toHaveBeenCalled();

    act(() => address?.setInputValue(" unix:///run/podman.sock "));
    fireEvent.click(test);
    await screen.findByText(
      "Podman Engine 4.3.1 is running at unix:///run/podman.sock (from Settings)",
    );
    expect(keep).toHaveBeenCalledWith({ engine_address: "unix:///run/podman.sock" });
    expect(keep.mock.invocationCallOrder[0]).toBeLessThan(
      backend.engineStatus.mock.invocationCallOrder[0] ?? 0,
    );
    expect(screen.getByTestId("settings-engine-result").textContent).toContain(
      "recompresses layers",
    );
  });

  it("say which addresses were tried when no engine answers", async () => {
    await show(backendWith(notRunning));
    fireEvent.click(screen.getByTestId("settings-engine-test"));
    await screen.findByText("Docker Engine not found");
    expect(screen.getByTestId("settings-engine-result").textContent).toContain(
      "unix:///x.sock (from Settings): there is no such file",
    );
    expect(screen.getByTestId("error-action-retry")).toBeTruthy();
  });

  it("check a file with certificate authorities before they keep it", async () => {
    const { container, keep, backend } = await show();
    await waitFor(() => expect(screen.getByTestId("settings-proxy").textContent).toContain("None"));
    backend.networkStatus.mockResolvedValue(fakeNetwork("/home/me/corp.pem"));
    fireEvent.click(screen.getByTestId("settings-ca-file-choose"));
    await waitFor(() =>
      expect(screen.getByTestId("settings-ca-files").textContent).toContain(
        "/home/me/corp.pem (selected in Settings)Example Corp Root CA (Example Corp), until 2036-04-01",
      ),
    );
    expect(keep).toHaveBeenCalledWith({ ca_file: "/home/me/corp.pem" });

    keep.mockClear();
    backend.caFileCheck.mockRejectedValueOnce(
      fakeError("ca_file_unusable", "/home/me/key.pem holds no certificate.", "/home/me/key.pem"),
    );
    fireEvent.click(screen.getByTestId("settings-ca-file-choose"));
    await screen.findByText("/home/me/key.pem holds no certificate.");
    expect(keep).not.toHaveBeenCalled();

    backend.networkStatus.mockResolvedValue(fakeNetwork(null));
    fireEvent.click(screen.getByTestId("settings-ca-file-remove"));
    await waitFor(() => expect(keep).toHaveBeenCalledWith({ ca_file: null }));
    expect(await accessibilityViolations(container)).toEqual([]);
  });

  it("have the place of every fact and button before the answers arrive", async () => {
    let answer = () => {};
    const answers = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const late =
      <Answer,>(call: () => Promise<Answer>) =>
      () =>
        answers.then(call);
    const known = backendWith();
    const backend = {
      ...known,
      appInfo: late(known.appInfo),
      networkStatus: late(async () => fakeNetwork("/home/me/corp.pem")),
      practiceStart: late(known.practiceStart),
    };
    const { container } = render(
      <BackendProvider backend={backend as Partial<Backend> as Backend}>
        <SettingsPage settings={initial} onChange={async () => {}} practiceRuns />
      </BackendProvider>,
    );
    const places = () =>
      [...container.querySelectorAll("[class*=awsui_key-label], button")]
        .filter((one) => !(one.getAttribute("aria-label") ?? "").startsWith("Copy "))
        .map((one) => (one as HTMLElement).dataset.testid ?? one.textContent);
    const before = places();
    expect(before).toContain("Docker Hub token");
    answer();
    await screen.findByText("1.2.3");
    await screen.findByTestId("practice-endpoints");
    expect(places()).toEqual(before);
  });

  it("name the first authorities of a file that has very many", async () => {
    const one = fakeCaFile("/etc/ssl/certs/all.crt");
    const certificates = Array.from({ length: 9 }, (_, number) => ({
      name: `Root ${number}`,
      not_after_ms: number,
    }));
    const status = { ...fakeNetwork(null), ca_files: [{ ...one, certificates }] };
    await show({ ...backendWith(), networkStatus: vi.fn(async () => status) });
    await waitFor(() =>
      expect(screen.getByTestId("settings-ca-files").textContent).toContain("and 4 more"),
    );
    expect(screen.getByTestId("settings-ca-files").textContent).toContain("Root 4");
    expect(screen.getByTestId("settings-ca-files").textContent).not.toContain("Root 5");
  });

  it("show the proxy with its exceptions, and what cannot be used", async () => {
    const proxied = {
      ...fakeNetwork(null),
      proxies: [{ scheme: "https", address: "http://proxy.corp:3128", has_login: true }],
      proxy_origin: "environment" as const,
      proxy_exceptions: ".internal.corp",
      unusable_variables: ["HTTP_PROXY"],
      contradicting_variables: [{ for_registries: "HTTPS_PROXY", for_aws: "https_proxy" }],
      clock_behind_seconds: 840,
      ca_files: [
        {
          origin: "aws_ca_bundle" as const,
          path: "/gone.pem",
          certificates: [],
          error: fakeError("ca_file_unusable", "/gone.pem cannot be read: no such file."),
        },
      ],
    };
    const backend = { ...backendWith(), networkStatus: vi.fn(async () => proxied) };
    const { container } = await show(backend);
    await screen.findByText(/\/gone.pem cannot be read/);
    expect(container.textContent).toContain(
      "http://proxy.corp:3128 for https, from the environment, with a login",
    );
    expect(container.textContent).toContain(".internal.corp (NO_PROXY)");
    expect(container.textContent).toContain("HTTP_PROXY is set but contains no valid proxy");
    expect(container.textContent).toContain(
      "Connections to registries use HTTPS_PROXY, like Docker. Connections to AWS use https_proxy",
    );
    expect(container.textContent).toContain("14 minutes behind");
    expect(container.textContent).toContain("Connections don’t use it");
  });

  it("reset practice mode only after a confirmation", async () => {
    const { backend } = await show();
    fireEvent.click(screen.getByTestId("settings-practice-reset"));
    expect(screen.getByTestId("settings-practice-reset-modal").textContent).toContain(
      "deletes all repositories and images in the practice registry",
    );
    expect(backend.practiceReset).not.toHaveBeenCalled();
    fireEvent.click(screen.getByTestId("settings-practice-reset-confirm"));
    await waitFor(() => expect(backend.practiceReset).toHaveBeenCalledTimes(1));
  });

  it("add example repositories, and try it again after an error", async () => {
    const { backend } = await show();
    backend.practiceExamplesCreate.mockRejectedValueOnce(
      fakeError("practice_failed", "Practice mode couldn't save the example repositories."),
    );
    fireEvent.click(screen.getByTestId("settings-practice-examples"));
    await screen.findByText("Practice mode couldn't save the example repositories.");
    fireEvent.click(screen.getByTestId("settings-practice-examples"));
    await waitFor(() => expect(backend.practiceExamplesCreate).toHaveBeenCalledTimes(2));
    await waitFor(() => expect(screen.queryByTestId("error-alert")).toBeNull());
    await waitFor(() => expect(backend.practiceStart).toHaveBeenCalled());
  });

  it("open the log folder and say that the log holds no secrets", async () => {
    const { container, backend } = await show();
    expect(container.textContent).toContain("It contains no secrets");
    expect(container.textContent).toContain("/home/me/logs");
    fireEvent.click(screen.getByTestId("settings-log-open"));
    expect(backend.logFolderOpen).toHaveBeenCalledTimes(1);
  });

  it("show where the practice servers are once they run, with commands for other tools", async () => {
    const { container, backend } = await show();
    expect(screen.getByTestId("settings-practice-result").textContent).toContain("aren’t running");
    expect(backend.practiceStart).not.toHaveBeenCalled();
    fireEvent.click(screen.getByTestId("settings-practice-start"));
    const endpoints = await screen.findByTestId("practice-endpoints");
    expect(endpoints.textContent).toContain("http://127.0.0.1:1");
    expect(endpoints.textContent).toContain("111122223333");
    const move = screen.getByTestId("settings-practice-move");
    expect(move.getAttribute("aria-disabled")).not.toBe("true");
    fireEvent.click(move);
    fireEvent.click(await screen.findByTestId("practice-move-cancel"));
    const commands = screen.getByTestId("practice-commands").textContent;
    expect(commands).toContain(
      "aws --endpoint-url http://127.0.0.1:1 --region eu-west-1 ecr get-login-password | docker login --username AWS --password-stdin 127.0.0.1:1",
    );
    expect(commands).toContain("docker://127.0.0.1:2/dencold/pgcli:latest");
    expect(await accessibilityViolations(container)).toEqual([]);
  });
});
