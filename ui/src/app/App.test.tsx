import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { fakeError } from "../ipc/fakeBackend";
import {
  byId,
  chooseTag,
  click,
  expectAccessible,
  find,
  goTo,
  openWindow,
  start,
  textOf,
  tick,
  toReview,
} from "../testing/window";

const pgcli = ["dencold/pgcli", "latest"] as const;
const webapp = ["dencold/webapp", "2.1.0"] as const;

describe("the window", () => {
  it("goes from the first start through practice to equal digests, accessible at each step", async () => {
    const backend = openWindow({ settings: { welcomed: false } });
    await byId("card-migrate");
    await expectAccessible();
    await click("card-practice");
    await byId("practice-banner");
    await byId("identity-account");
    await expectAccessible();
    await click("wizard-next");
    await chooseTag(...pgcli);
    await chooseTag("dencold/pgcli", "4.3.0");
    expect(await textOf("selection-summary")).toBe("2 tags selected, 360 MB");
    await expectAccessible();
    await click("wizard-next");
    expect(await textOf("repository-state-dencold/pgcli")).toBe("Will be created");
    await expectAccessible();
    await click("wizard-next");
    expect(await textOf("login-registry")).toBe("Logged in");
    await expectAccessible();
    await click("wizard-next");
    expect(await textOf("nothing-written")).toMatch(/Nothing was written until here/);
    expect(backend.calls.some((call) => call.method === "migrationStart")).toBe(false);
    await expectAccessible();
    await start(backend, 14);
    await waitFor(async () => expect(await textOf("nav-percent")).not.toBe("0 %"));
    expect((await byId("job-state-0")).dataset.state).toBe("pushing");
    await expectAccessible();
    act(() => backend.play());
    expect((await byId("result")).dataset.outcome).toBe("succeeded");
    for (const image of [0, 1]) {
      const digests = await Promise.all(
        ["source", "pushed", "registry", "ecr"].map(
          async (kind) => (await byId(`digest-${kind}-${image}`)).dataset.digest,
        ),
      );
      expect(digests[0]).toMatch(/^sha256:[0-9a-f]{64}$/);
      expect(new Set(digests).size).toBe(1);
      expect((await byId(`proof-${image}`)).dataset.proof).toBe("equal");
    }
    await expectAccessible();
    await goTo("Repositories");
    await screen.findByText("pgcli");
  });

  it("shows a job again that went on while the person looked elsewhere", async () => {
    const backend = openWindow();
    await toReview([pgcli]);
    await start(backend, 14);
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
    const backend = openWindow();
    await toReview([pgcli]);
    await start(backend, 14);
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
      expect(kept).toMatchObject({ step: 1, connection: { profile: "default" } });
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
  });
});

describe("the wizard", () => {
  it("says which engines were tried when none runs, and finds it on Retry", async () => {
    const backend = openWindow({
      engineRunning: false,
      draft: {
        ...(await import("../features/migrate/wizard/draft")).emptyDraft,
        step: 1,
        connection: { kind: "practice" },
        source: { kind: "docker_engine" },
      },
    });
    const attempts = await byId("engine-attempts");
    expect(attempts.textContent).toContain("unix:///home/me/.docker/run/docker.sock");
    const alert = await screen.findByTestId("error-alert");
    expect(alert.dataset.errorCode).toBe("engine_not_running");
    await expectAccessible();
    backend.engineRunning = true;
    fireEvent.click(within(alert).getByRole("button", { name: "Try again" }));
    await byId("repository-postgres");
    expect(screen.queryByTestId("error-alert")).toBeNull();
  });

  it("says who is asked again when AWS does not answer, and stays on the step", async () => {
    const backend = openWindow();
    backend.failNext("awsIdentity", fakeError("credentials_expired", "The session is over."));
    await tick("Use prod");
    const alert = await screen.findByTestId("error-alert");
    expect(alert.dataset.errorCode).toBe("credentials_expired");
    await click("wizard-next");
    await screen.findAllByText(/Go on once AWS has said who you are/);
    fireEvent.click(within(alert).getByRole("button", { name: "Try again" }));
    expect(await textOf("identity-account")).toBe("123456789012");
  });

  it("names the rule that a repository name breaks, and takes the suggestion", async () => {
    openWindow();
    await tick("Use Practice");
    await byId("identity-account");
    await click("wizard-next");
    await chooseTag("dencold/Backup_Tool", "stable");
    await click("wizard-next");
    await screen.findByText("A name has no capital letters.");
    await click("wizard-next");
    await screen.findByText("Correct the names that ECR does not take.");
    await click("use-suggestion-dencold/Backup_Tool");
    expect(screen.queryByText("A name has no capital letters.")).toBeNull();
    await click("wizard-next");
    await byId("login-registry");
  });

  it("keeps Start disabled until a conflict has a choice", async () => {
    const backend = openWindow();
    backend.repositories.add("pgcli");
    backend.holdings.set("pgcli:latest", "sha256:other");
    await toReview([pgcli, webapp]);
    expect((await byId("plan-action-0")).dataset.action).toBe("conflict");
    expect(await textOf("start-reason")).toMatch(/waits for a choice/);
    expect((await byId("wizard-start")).getAttribute("aria-disabled")).toBe("true");
    await expectAccessible();
    const choice = createWrapper().findSelect('[data-testid="conflict-0"]');
    act(() => choice?.openDropdown());
    act(() => choice?.selectOptionByValue("keep_existing", { expandToViewport: true }));
    await waitFor(async () =>
      expect((await byId("plan-action-0")).dataset.action).toBe("keep_existing"),
    );
    await waitFor(() => expect(screen.queryByTestId("start-reason")).toBeNull());
    await start(backend);
    expect((await byId("result")).dataset.outcome).toBe("succeeded");
  });

  it("says why an image is refused, and does not start", async () => {
    const backend = openWindow();
    backend.refusedImages.set(
      "dencold/pgcli:latest",
      fakeError("manifest_unsupported", "It is a schema 1 manifest."),
    );
    await toReview([pgcli, webapp]);
    expect(await textOf("plan-action-0")).toContain("It is a schema 1 manifest.");
    expect(await textOf("start-reason")).toMatch(/1 image cannot be moved/);
    expect((await byId("wizard-start")).getAttribute("aria-disabled")).toBe("true");
  });

  it("reports one failing image among two, and retries only that one", async () => {
    const backend = openWindow();
    backend.failingImages.set(
      "dencold/pgcli:latest",
      fakeError("connection_lost", "The line broke in a layer."),
    );
    await toReview([pgcli, webapp]);
    await start(backend);
    expect((await byId("result")).dataset.outcome).toBe("partly_failed");
    expect((await byId("result-0")).dataset.result).toBe("failed");
    expect((await byId("result-1")).dataset.result).toBe("moved");
    expect(await textOf("proof-0")).toContain("The line broke in a layer.");
    backend.failingImages.clear();
    await click("retry-failed");
    await byId("job");
    await waitFor(() => expect(backend.followers()).toBe(1));
    act(() => backend.play());
    expect((await byId("result")).dataset.outcome).toBe("succeeded");
    expect(screen.queryByTestId("result-1")).toBeNull();
  });

  it("pauses, resumes and cancels", async () => {
    const backend = openWindow();
    await toReview([pgcli]);
    await start(backend, 14);
    await byId("job-image-0");
    await click("job-pause");
    await click("job-resume");
    await byId("job-pause");
    await click("job-cancel");
    expect((await byId("result")).dataset.outcome).toBe("cancelled");
  });

  it("hands a secret over once and forgets it", async () => {
    const backend = openWindow({
      draft: {
        ...(await import("../features/migrate/wizard/draft")).emptyDraft,
        step: 1,
        connection: { kind: "practice" },
        source: { kind: "docker_hub", namespace: "dencold" },
      },
    });
    const user = userEvent.setup();
    fireEvent.click(await screen.findByText(/Not signed in/));
    const field = async (id: string) => {
      const input = (await byId(id)).querySelector("input");
      if (input === null) {
        throw new Error(`${id} has no input`);
      }
      return input;
    };
    await user.type(await field("source-username"), "dencold");
    await user.type(await field("source-secret"), "dckr_pat_1");
    await click("source-sign-in");
    await screen.findByText(/Signed in as dencold/);
    expect((await field("source-secret")).value).toBe("");
    const told = backend.calls.filter((call) => JSON.stringify(call).includes("dckr_pat_1"));
    expect(told.map((call) => call.method)).toEqual(["sourceLogin"]);
    expect(document.body.innerHTML).not.toContain("dckr_pat_1");
  });
});

describe("the keyboard alone", () => {
  it("goes through the wizard", async () => {
    const backend = openWindow();
    const user = userEvent.setup();
    const reach = async (found: () => Element | null) => {
      for (let steps = 0; steps < 120; steps += 1) {
        const wanted = found();
        if (wanted !== null && document.activeElement === wanted) {
          return;
        }
        await user.tab();
      }
      throw new Error(`Tab does not reach it; at ${document.activeElement?.outerHTML}`);
    };
    const id = (name: string) => () => document.querySelector(`[data-testid="${name}"]`);
    const press = async (name: string) => {
      await reach(id(name));
      await user.keyboard("{Enter}");
    };

    await byId("connection-table");
    await find('label[aria-label="Use default"] input');
    await reach(() => document.querySelector('label[aria-label="Use default"] input'));
    // Arrows go from one radio button to the next; the last is practice.
    await user.keyboard("{ArrowUp}");
    if (screen.queryByTestId("identity-account") === null) {
      await user.keyboard(" ");
    }
    await byId("identity-account");
    await press("wizard-next");
    await byId("source-select");
    if (screen.queryByText("Practice account") === null) {
      await reach(() => document.querySelector('[data-testid="source-select"] button'));
      await user.keyboard("{Enter}{ArrowDown}{Enter}");
    }
    // The table is one stop for Tab. Arrows go from cell to cell in it; they need a layout, which
    // jsdom has not, so the cells are focused here and the arrows are for the real window's test.
    const open = await find('button[aria-label="Show tags of dencold/pgcli"]');
    await reach(() => document.querySelector('label[aria-label="Select all"] input'));
    act(() => open.focus());
    await user.keyboard("{Enter}");
    const tag = await find('label[aria-label="Select dencold/pgcli:latest"] input');
    act(() => tag.focus());
    await user.keyboard(" ");
    await press("wizard-next");
    await byId("repositories-table");
    await press("wizard-next");
    await byId("login-registry");
    await press("wizard-next");
    await byId("plan-images");
    await press("wizard-start");
    await byId("job");
    await waitFor(() => expect(backend.followers()).toBe(1));
    act(() => backend.play());
    expect((await byId("result")).dataset.outcome).toBe("succeeded");
  });
});
