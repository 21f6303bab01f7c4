import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { fakeError } from "../ipc/fakeBackend";
import {
  byId,
  click,
  draftAtReview,
  find,
  goTo,
  openReview,
  openWindow,
  pgcli,
  sending,
  start,
  tick,
} from "../testing/window";

describe("the window", () => {
  it("shows a job that continued while the user was on another page", async () => {
    const backend = await openReview([pgcli]);
    await start(backend, sending);
    await byId("job-image-0");
    await goTo("Settings");
    act(() => backend.play());
    await goTo("Migrate");
    expect((await byId("result")).dataset.outcome).toBe("succeeded");
    await click("start-another");
    await byId("connection-table");
  });

  it("asks before it closes on a running migration, and stays", async () => {
    const backend = openWindow();
    await byId("connection-table");
    act(() => backend.requestClose());
    await click("close-stay");
    expect(backend.calls.some((call) => call.method === "windowClose")).toBe(false);
    act(() => backend.requestClose());
    await click("close-anyway");
    expect(backend.calls.some((call) => call.method === "windowClose")).toBe(true);
  });

  it("leaves nothing behind when it goes", async () => {
    const backend = await openReview([pgcli]);
    await start(backend, sending);
    await byId("job-image-0");
    backend.unmount();
    expect(backend.followers()).toBe(0);
    expect(backend.closeListeners.size).toBe(0);
  });

  it("keeps the draft over a restart, and no secret in it", async () => {
    const backend = openWindow();
    await tick("Use default");
    await byId("identity-account");
    await click("wizard-next");
    await waitFor(() => {
      const kept = backend.calls.filter((call) => call.method === "draftSet").at(-1)?.args[0];
      expect(kept).toMatchObject({ step: "images", connection: { profile: "default" } });
    });
    const draft = backend.calls.filter((call) => call.method === "draftSet").at(-1)?.args[0];
    backend.unmount();
    openWindow({ draft });
    await byId("source-select");
  });

  it("says why practice cannot be started, and stays where it is", async () => {
    const backend = openWindow({ settings: { welcomed: false } });
    backend.failNext("practiceStart", fakeError("practice_failed", "No port is free."));
    await click("card-practice");
    await screen.findAllByText("No port is free.");
    await byId("card-practice");
    // The next start shows the page again.
    const welcomed = () => backend.calls.filter((call) => call.method === "settingsSet");
    expect(welcomed()).toEqual([]);
    await click("card-practice");
    await byId("wizard-next");
    await waitFor(() => expect(welcomed().length).toBe(1));
  });

  it("has one account on all pages, which Repositories can choose", async () => {
    const backend = openWindow();
    await goTo("Repositories");
    const select = (id: string, value: string) => {
      const found = createWrapper().findSelect(`[data-testid="${id}"]`);
      act(() => found?.openDropdown());
      act(() => found?.selectOptionByValue(value));
    };
    const asked = () =>
      backend.calls.filter((call) => call.method === "repositoriesList").at(-1)?.args[0];
    await byId("connection-picker");
    await waitFor(() => {
      select("connection-picker", "aws:half");
      expect(asked()).toMatchObject({ profile: "half", region: null });
    });
    // Once a connection is chosen, the menus of the top bar change it.
    expect(screen.queryByTestId("connection-picker")).toBeNull();
    // The bar renders a hidden copy of its menus to measure them.
    const menu = (name: string) =>
      [...document.querySelectorAll<HTMLElement>(`#top button[aria-label^="${name}"]`)].find(
        (button) => button.closest("[aria-hidden=true]") === null,
      );
    expect(menu("Choose Region")?.textContent).toContain("Choose Region");
    // It is the account of the whole window, and the destination of a wizard that has none.
    for (const page of ["Settings", "History", "Repositories"] as const) {
      await goTo(page);
      expect(menu("AWS account")?.textContent).toContain("half");
    }
    await goTo("Migrate");
    await byId("identity-account");
    const account = menu("AWS account")?.textContent ?? "";
    await goTo("Repositories");
    expect(menu("AWS account")?.textContent).toBe(account);
    act(() => menu("AWS account")?.click());
    const item = await find('#top [data-testid="aws:prod"]');
    act(() => item.querySelector<HTMLElement>("[role^=menuitem]")?.click());
    await waitFor(() => expect(asked()).toMatchObject({ profile: "prod", region: null }));
    await goTo("Settings");
    expect(menu("AWS account")?.textContent).toContain("prod");
    // What the wizard prepared keeps its destination.
    await goTo("Migrate");
    await waitFor(() => expect(menu("AWS account")?.textContent).toBe(account));
  });

  it("opens the destination from its menu, at any step and during a migration", async () => {
    const atImages = openWindow({ draft: { ...draftAtReview(pgcli), step: "images" } });
    const change = async () => {
      const menu = [
        ...document.querySelectorAll<HTMLElement>('#top button[aria-label^="AWS account"]'),
      ].find((button) => button.closest("[aria-hidden=true]") === null);
      act(() => menu?.click());
      const item = await find('#top [data-testid="migrate"]');
      act(() => item.querySelector<HTMLElement>("[role^=menuitem]")?.click());
      await byId("connection-table");
    };
    await byId("images-table");
    await change();
    atImages.unmount();
    const backend = await openReview([pgcli]);
    await start(backend, sending);
    await change();
  });

  it("forgets what was chosen in practice once practice is reset", async () => {
    const backend = openWindow();
    await tick("Use Practice");
    await byId("identity-account");
    await goTo("Settings");
    await byId("practice-endpoints");
    await click("settings-practice-reset");
    await click("settings-practice-reset-confirm");
    await waitFor(() => expect(screen.queryByTestId("practice-badge")).toBeNull());
    await goTo("Migrate");
    await byId("connection-table");
    expect(screen.queryByTestId("identity-account")).toBeNull();
    await waitFor(() => {
      const kept = backend.calls.filter((call) => call.method === "draftSet").at(-1)?.args[0];
      expect(kept).toMatchObject({ connection: null });
    });
  });
});
