import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { type Draft, emptyDraft } from "../features/migrate/wizard/draft";
import { type FakeOptions, fakeError } from "../ipc/fakeBackend";
import type { ImageSource, RegistryCounterpart } from "../ipc/generated";
import { byId, click, expectAccessible, find, openWindow, textOf, tick } from "../testing/window";

/** The window at step 2 with this source. */
function openAt(source: ImageSource, options: FakeOptions = {}) {
  const draft: Draft = { ...emptyDraft, step: "images", connection: { kind: "practice" }, source };
  return openWindow({ draft, ...options });
}

function typeInto(id: string, text: string) {
  act(() => createWrapper().findInput(`[data-testid="${id}"]`)?.setInputValue(text));
}

async function signIn(keep: boolean, username = "dencold") {
  await click("source-login-open");
  await byId("source-sign-in");
  typeInto("source-username", username);
  typeInto("source-secret", "dckr_pat_1");
  if (keep) {
    act(() =>
      createWrapper()
        .findCheckbox('[data-testid="source-keep"]')
        ?.findNativeInput()
        .getElement()
        .click(),
    );
  }
  await click("source-sign-in");
}

const kept = async () =>
  waitFor(() => expect(screen.getByTestId("source-login").textContent).toContain("Signed in as"));

describe("the sources of images", () => {
  it("show every namespace of the user who signs in to Docker Hub", async () => {
    const backend = openAt({ kind: "docker_hub", namespace: "" });
    await signIn(true);
    await kept();
    expect(await textOf("source-login")).toContain("saved in the keychain");
    await byId("repository-dencold/pgcli");
    const asked = backend.calls.filter(({ method }) => method === "sourceRepositories");
    expect(asked.at(-1)?.args[0]).toEqual({ kind: "docker_hub", namespace: "dencold, acme" });
    const mine = createWrapper().findMultiselect('[data-testid="hub-mine"]');
    expect(mine?.findTrigger().getElement().textContent).toContain("dencold, acme");
    expect(screen.getByTestId("repository-dencold/storefront").textContent).toContain("Private");
    await waitFor(() => expect(screen.queryByTestId("source-login-dialog")).toBeNull());
    await expectAccessible(await byId("source-bar"));

    // Somebody else's is typed beside them; what was chosen stays chosen.
    fireEvent.click(await find('button[aria-label$=" tags of dencold/pgcli"]'));
    await tick("Select dencold/pgcli:latest");
    typeInto("hub-namespace", "library");
    fireEvent.blur(
      createWrapper()
        .findInput('[data-testid="hub-namespace"]')
        ?.findNativeInput()
        .getElement() as HTMLElement,
    );
    await waitFor(() =>
      expect(
        backend.calls.filter(({ method }) => method === "sourceRepositories").at(-1)?.args[0],
      ).toEqual({ kind: "docker_hub", namespace: "dencold, acme, library" }),
    );
    expect(await textOf("selection-summary")).toContain("1 tag selected");
    await click("source-login-open");
    await click("source-sign-out");
    await screen.findByText(/Not signed in/);
    await waitFor(() => expect(screen.queryByTestId("source-login-dialog")).toBeNull());
  });

  it("show an organization that signs in once", async () => {
    const backend = openAt({ kind: "docker_hub", namespace: "" });
    await signIn(false, "acme");
    await kept();
    await byId("repository-dencold/pgcli");
    const asked = backend.calls.filter(({ method }) => method === "sourceRepositories");
    expect(asked.at(-1)?.args[0]).toEqual({ kind: "docker_hub", namespace: "acme" });
    const mine = createWrapper().findMultiselect('[data-testid="hub-mine"]');
    act(() => mine?.openDropdown());
    const options = mine?.findDropdown({ expandToViewport: true }).findOptions();
    expect(options?.map((option) => option.getElement().textContent)).toEqual(["acme"]);
  });

  it("work without a keychain, and report it", async () => {
    openAt(
      { kind: "docker_hub", namespace: "" },
      { keychainError: fakeError("keychain_failed", "This computer has no keychain.") },
    );
    await signIn(true);
    await kept();
    expect(await textOf("source-login")).toContain("until Transload closes");
    const alert = await screen.findByTestId("error-alert");
    expect(alert.textContent).toContain("has no keychain");
    expect(screen.queryByTestId("error-action-retry")).toBeNull();
    await byId("repository-dencold/pgcli");
    const keep = await find('[data-testid="source-keep"] input');
    expect(keep).toHaveProperty("checked", true);
    await click("error-action-continue_without_saving");
    await waitFor(() => expect(screen.queryByTestId("error-alert")).toBeNull());
    expect(keep).toHaveProperty("checked", false);
    expect(await textOf("source-login")).toContain("until Transload closes");
  });

  it("show why a stored login is not used", async () => {
    const backend = openAt({ kind: "docker_hub", namespace: "" });
    vi.spyOn(backend, "sourceLoginStatus").mockResolvedValue({
      username: null,
      origin: "anonymous",
      stored_in: null,
      login_error: fakeError("stored_login_unreadable", "docker-credential-desktop is missing."),
      keychain_error: null,
    });
    await signIn(false);
    const alert = await screen.findByTestId("error-alert");
    expect(alert.textContent).toContain("docker-credential-desktop is missing");
  });

  it("try again where the keychain did not forget a sign-in", async () => {
    const backend = openAt({ kind: "docker_hub", namespace: "" });
    await signIn(true);
    await kept();
    await click("source-login-open");
    const signOut = vi.spyOn(backend, "sourceLogout").mockResolvedValueOnce({
      username: null,
      origin: "anonymous",
      stored_in: null,
      login_error: null,
      keychain_error: fakeError("keychain_failed", "The keychain is locked."),
    });
    await click("source-sign-out");
    expect((await screen.findByTestId("error-alert")).textContent).toContain("is locked");
    expect(screen.queryByTestId("error-action-continue_without_saving")).toBeNull();
    await click("error-action-retry");
    await waitFor(() => expect(screen.queryByTestId("error-alert")).toBeNull());
    expect(signOut).toHaveBeenCalledTimes(2);
  });

  it("load hundreds of repositories page by page, and every tag of a selected one", async () => {
    const backend = openAt({ kind: "practice_account", namespace: "warehouse" });
    await byId("repository-warehouse/builds");
    await waitFor(async () => expect(await textOf("images-count")).toBe("300 repositories"));
    const pages = backend.calls.filter(({ method }) => method === "sourceRepositories");
    expect(pages.map(({ args }) => args[1])).toEqual([null, "100", "200"]);
    await tick("Select warehouse/builds");
    await waitFor(async () =>
      expect(await textOf("selection-summary")).toContain("1,000 tags selected"),
    );
    // A selected repository stays closed: the rows below it don’t move.
    expect(screen.queryByTestId("tag-warehouse/builds:build-0")).toBeNull();
    expect(await textOf("chosen-warehouse/builds")).toBe("1,000 of 1,000");
    fireEvent.click(await find('button[aria-label$=" tags of warehouse/builds"]'));
    await screen.findByText("Show more tags (100 of 1,000 shown)");
  });

  it("stop asking for pages when the source is left", async () => {
    const backend = openAt({ kind: "practice_account", namespace: "warehouse" });
    const first = backend.calls.length;
    await waitFor(() => expect(backend.calls.length).toBeGreaterThan(first));
    backend.unmount();
    await act(async () => {});
    const asked = backend.calls.filter(({ method }) => method === "sourceRepositories").length;
    await act(async () => {});
    expect(backend.calls.filter(({ method }) => method === "sourceRepositories").length).toBe(
      asked,
    );
  });

  it("take another ECR through an AWS profile", async () => {
    const backend = openAt({
      kind: "ecr",
      connection: {
        kind: "profile",
        profile: "",
        region: null,
        ecr_endpoint: null,
        registry_endpoint: null,
      },
    });
    await byId("ecr-source-profile");
    expect(backend.calls.some(({ method }) => method === "sourceRepositories")).toBe(false);
    const profile = createWrapper().findSelect('[data-testid="ecr-source-profile"]');
    act(() => profile?.openDropdown());
    act(() => profile?.selectOptionByValue("profile prod", { expandToViewport: true }));
    await byId("repository-dencold/pgcli");
    const asked = backend.calls.find(({ method }) => method === "sourceRepositories");
    expect(asked?.args[0]).toMatchObject({ kind: "ecr", connection: { profile: "prod" } });
    expect(screen.queryByTestId("source-login")).toBeNull();
  });

  it("offer the exact copy where a registry has more than the engine", async () => {
    const counterpart: RegistryCounterpart = {
      tag: "17",
      registry: "docker.io",
      source: { kind: "docker_hub", namespace: "library" },
      repository: "library/postgres",
      platforms: ["linux/amd64", "linux/arm64"],
      held_platforms: ["linux/amd64"],
      moved: false,
      layers_missing: false,
    };
    const backend = openAt(
      { kind: "docker_engine" },
      { answers: { registryCounterparts: async () => [counterpart] } },
    );
    fireEvent.click(await find('button[aria-label$=" tags of postgres"]'));
    expect((await byId("counterpart-postgres:17")).title).toBe(
      "docker.io has 2 platforms. This computer only has linux/amd64.",
    );
    expect(screen.queryByTestId("counterparts")).toBeNull();
    await tick("Select postgres:17");
    expect(await textOf("counterparts")).toContain(
      "docker.io has more platforms of an image than this computer.",
    );
    await click("counterparts-open");
    await expectAccessible(await byId("counterparts-dialog"));
    expect(
      backend.calls
        .filter(({ method }) => method === "registryCounterparts")
        .map(({ args }) => args[0]),
    ).toEqual(["postgres"]);
    await click("take-counterparts");
    await waitFor(() =>
      expect(
        backend.calls.filter(({ method }) => method === "sourceRepositories").at(-1)?.args[0],
      ).toEqual({ kind: "docker_hub", namespace: "library" }),
    );
    expect(await textOf("selection-summary")).toContain("1 tag selected");
    await waitFor(() => expect(screen.queryByTestId("counterparts")).toBeNull());
  });
});

describe("the recent sources", () => {
  const hub: ImageSource = { kind: "docker_hub", namespace: "acme, dencold" };
  const registry: ImageSource = { kind: "registry", host: "ghcr.io", plain_http: false };
  const select = () => createWrapper().findSelect('[data-testid="source-select"]');
  const labels = async () => {
    await byId("source-select");
    const dropdown = () => select()?.findDropdown({ expandToViewport: true });
    if (!dropdown()?.findOpenDropdown()) {
      act(() => select()?.openDropdown());
    }
    const options = dropdown()?.findOptions();
    return options?.map((option) => option.findLabel().getElement().textContent);
  };
  const pick = (value: string) =>
    act(() => select()?.selectOptionByValue(value, { expandToViewport: true }));

  it("are offered, and one is chosen with all that it needs", async () => {
    const backend = openAt({ kind: "practice_account" }, { recentSources: [hub, registry] });
    expect((await labels())?.slice(-3)).toEqual([
      "Docker Hub: acme, dencold",
      "ghcr.io",
      "Clear recent sources",
    ]);
    pick("recent 0");
    await waitFor(() =>
      expect(
        backend.calls.filter(({ method }) => method === "sourceRepositories").at(-1)?.args[0],
      ).toEqual(hub),
    );
  });

  it("are cleared, and the source stays", async () => {
    const backend = openAt({ kind: "practice_account" }, { recentSources: [hub, registry] });
    await labels();
    pick("clear recent");
    const removed = () => backend.calls.filter(({ method }) => method === "recentSourceRemove");
    await waitFor(() => expect(removed().map(({ args }) => args[0])).toEqual([hub, registry]));
    await waitFor(async () => expect(await labels()).not.toContain("ghcr.io"));
    expect(await labels()).not.toContain("Clear recent sources");
    expect(select()?.findTrigger().getElement().textContent).toContain("Practice account");
  });

  it("get a source once its repositories are listed", async () => {
    const backend = openAt({ kind: "practice_account" });
    await byId("repository-dencold/pgcli");
    await waitFor(() =>
      expect(backend.calls.find(({ method }) => method === "recentSourceAdd")?.args).toEqual([
        { kind: "practice_account" },
      ]),
    );
  });

  it("don’t get a source that can’t be read", async () => {
    const backend = openAt(registry, {
      answers: {
        sourceRepositories: async () => {
          throw fakeError("registry_failed", "The registry doesn’t respond.");
        },
      },
    });
    await screen.findByTestId("error-alert");
    expect(backend.calls.some(({ method }) => method === "recentSourceAdd")).toBe(false);
  });
});
