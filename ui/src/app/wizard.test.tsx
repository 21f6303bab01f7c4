import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { fakeConfigFile, fakeProfiles } from "../ipc/fake/fixtures";
import { recordedImage, recordedPlan } from "../ipc/fake/recordedPlan";
import { fakeError } from "../ipc/fakeBackend";
import {
  box,
  byId,
  chooseTag,
  click,
  expectAccessible,
  find,
  openReview,
  openWindow,
  pgcli,
  start,
  storefront,
  textOf,
  tick,
} from "../testing/window";

describe("the wizard", () => {
  it("says which engines were tried when none runs, and finds it on Retry", async () => {
    const backend = openWindow({
      engineRunning: false,
      draft: {
        ...(await import("../features/migrate/wizard/draft")).emptyDraft,
        step: "images",
        connection: { kind: "practice" },
        source: { kind: "docker_engine" },
      },
    });
    const attempts = await byId("engine-attempts");
    expect(attempts.textContent).toContain("unix:///home/me/.docker/run/docker.sock");
    const alert = await screen.findByTestId("error-alert");
    expect(alert.dataset.errorCode).toBe("engine_not_running");
    await expectAccessible(alert);
    backend.engineRunning = true;
    fireEvent.click(within(alert).getByRole("button", { name: "Retry" }));
    await byId("repository-postgres");
    await waitFor(() => expect(screen.queryByTestId("error-alert")).toBeNull());
  });

  it("shows an error of the identity, and stays on the step", async () => {
    const backend = openWindow();
    backend.failNext("awsIdentity", fakeError("credentials_expired", "The session expired."));
    await tick("Use prod");
    const alert = await screen.findByTestId("error-alert");
    expect(alert.dataset.errorCode).toBe("credentials_expired");
    await click("wizard-next");
    await screen.findAllByText(/Choose a working profile or Practice to continue/);
    fireEvent.click(within(alert).getByRole("button", { name: "Retry" }));
    expect(await textOf("identity-account")).toBe("123456789012");
  });

  it.each([
    ["credentials_expired", "Retry"],
    // Its alert has no Retry: first the profile or the Region changes.
    ["region_missing", "Check again"],
  ] as const)("offers one button that checks an identity again after %s", async (code, name) => {
    const backend = openWindow();
    backend.failNext("awsIdentity", fakeError(code, "It failed."));
    await tick("Use prod");
    await screen.findByTestId("error-alert");
    const identity = within(await byId("identity"));
    const [button, ...others] = identity.getAllByRole("button", { name: /^(Retry|Check again)$/ });
    expect([button?.textContent, ...others]).toEqual([name]);
    fireEvent.click(button as HTMLElement);
    expect(await textOf("identity-account")).toBe("123456789012");
  });

  it("names the rule that a repository name breaks, and takes the suggestion", async () => {
    openWindow({
      draft: {
        ...(await import("../features/migrate/wizard/draft")).emptyDraft,
        step: "repositories",
        connection: { kind: "practice" },
        source: { kind: "practice_account" },
        images: [{ repository: "dencold/Backup_Tool", tag: "stable" }],
      },
      answers: {
        repositoryNamesPropose: async () => ({
          names: [{ source_repository: "dencold/Backup_Tool", name: "Backup_Tool", rules: [] }],
          problems: [],
        }),
      },
    });
    await screen.findByText("Use lowercase letters only.");
    await click("wizard-next");
    await screen.findByText("Fix 1 invalid name.");
    await click("use-suggestion-dencold/Backup_Tool");
    await waitFor(() => expect(screen.queryByText("Use lowercase letters only.")).toBeNull());
    await click("wizard-next");
    await byId("plan-images");
  });

  it("keeps Start disabled until a conflict has a choice", async () => {
    const backend = await openReview([pgcli, storefront], {
      answers: {
        migrationPlan: async (request) =>
          recordedPlan(request, {
            images: request.images.map((selected, place) => ({
              ...recordedImage(request, selected),
              action:
                place > 0
                  ? { kind: "move" }
                  : request.choices.length > 0
                    ? { kind: "keep_existing" }
                    : { kind: "conflict", overwrite_allowed: false },
            })),
          }),
      },
    });
    expect((await byId("plan-action-0")).dataset.action).toBe("conflict");
    expect(await textOf("start-reason")).toMatch(/Choose an action for/);
    expect((await byId("wizard-start")).getAttribute("aria-disabled")).toBe("true");
    await expectAccessible(await byId("plan-images"));
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

  it("hands a secret over once and forgets it", async () => {
    const backend = openWindow({
      draft: {
        ...(await import("../features/migrate/wizard/draft")).emptyDraft,
        step: "images",
        connection: { kind: "practice" },
        source: { kind: "docker_hub", namespace: "dencold" },
      },
    });
    const user = userEvent.setup();
    await screen.findByText(/Not signed in/);
    await click("source-login-open");
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
    // The form closes after a success, and its secret is gone with it.
    await waitFor(() => expect(screen.queryByTestId("source-login-dialog")).toBeNull());
    const calls = backend.calls.filter((call) => JSON.stringify(call).includes("dckr_pat_1"));
    expect(calls.map((call) => call.method)).toEqual(["sourceLogin"]);
    expect(document.body.innerHTML).not.toContain("dckr_pat_1");
  });

  it("names the configuration file that cannot be read, though no profile is left", async () => {
    openWindow({
      awsProfiles: {
        profiles: [],
        files: [
          fakeConfigFile({ path: "/home/me/.aws/config", problem: "Line 3 is no section." }),
          fakeConfigFile({ path: "/home/me/.aws/credentials", exists: false }),
        ],
        ignored: [
          { path: "/home/me/.aws/config", line: 7, section: "prod", reason: "It lacks “profile”." },
        ],
        preselected: null,
        environment_has_keys: false,
      },
    });
    const problems = await textOf("aws-config-problems");
    expect(problems).toContain("/home/me/.aws/config: Line 3 is no section.");
    expect(problems).not.toContain("credentials");
    expect(screen.queryByText("No AWS profiles found")).toBeNull();
    expect(await textOf("aws-config-ignored")).toContain("/home/me/.aws/config:7 [prod]: It lacks");
  });

  it("says where the AWS command line refuses a file that can be read here", async () => {
    const refused_by_cli = "/home/me/.aws/config:9: [profile a] is already defined in line 3";
    openWindow({ awsProfiles: { ...fakeProfiles, files: [fakeConfigFile({ refused_by_cli })] } });
    expect(await textOf("aws-config-refused-by-cli")).toContain(refused_by_cli);
    expect(screen.queryByTestId("aws-config-problems")).toBeNull();
  });

  it("continues if only the login test of the engine failed", async () => {
    openWindow({
      engineLoginError: fakeError("engine_failed", "The engine wants HTTPS."),
      draft: {
        ...(await import("../features/migrate/wizard/draft")).emptyDraft,
        step: "login",
        connection: { kind: "practice" },
        source: { kind: "docker_engine" },
        images: [{ repository: "dencold/pgcli", tag: "latest" }],
      },
    });
    await byId("plan-images");
    const warning = await byId("login-engine");
    expect(warning.textContent).toBe("Docker Engine login not tested");
    fireEvent.click(warning);
    await screen.findByText("The engine wants HTTPS.");
    await waitFor(async () =>
      expect((await byId("wizard-start")).getAttribute("aria-disabled")).not.toBe("true"),
    );
  });

  it("chooses images by rules, keeps the rules, and forgets them when a tag is ticked", async () => {
    const backend = openWindow({
      draft: {
        ...(await import("../features/migrate/wizard/draft")).emptyDraft,
        step: "images",
        connection: { kind: "practice" },
        source: { kind: "practice_account" },
      },
    });
    await click("rules-open");
    const type = (id: string, text: string) =>
      act(() => createWrapper().findInput(`[data-testid="${id}"]`)?.setInputValue(text));
    act(() =>
      createWrapper()
        .findTextFilter('[data-testid="repository-search"]')
        ?.findInput()
        .setInputValue("pgcli"),
    );
    type("rule-newest", "none");
    expect((await byId("rules-apply")).getAttribute("disabled")).not.toBeNull();
    type("rule-newest", "1");
    type("rule-globs", "v*, latest");
    await click("rules-apply");
    expect(await textOf("rules-result")).toMatch(/images? selected, .* older tags? skipped/);
    const call = backend.calls.find(({ method }) => method === "sourceChoose");
    expect(call?.args[1]).toMatchObject({
      repositories: ["dencold/pgcli"],
      rules: {
        newest: 1,
        include: [
          { kind: "glob", text: "v*" },
          { kind: "glob", text: "latest" },
        ],
      },
    });
    await expectAccessible(await byId("rules-panel"));
    await click("wizard-next");
    await byId("repositories-table");
    await click("wizard-next");
    await byId("plan-images");
    const planned = backend.calls.filter(({ method }) => method === "migrationPlan").at(-1);
    expect(planned?.args[0]).toMatchObject({ selection: { rules: { newest: 1 } } });

    await click("plan-export");
    await waitFor(() =>
      // A draft can be saved at any time.
      expect(
        backend.calls.findLast(({ method }) => method === "migrationPlanExport"),
      ).toMatchObject({
        args: [expect.any(String), expect.stringMatching(/^\/home\/me\/migration-plan-.+\.json$/)],
      }),
    );
  });

  it("starts over at once where nothing is lost, and asks where images are", async () => {
    openWindow();
    await tick("Use Practice");
    await byId("identity-account");
    await click("wizard-clear");
    await waitFor(() => expect(screen.queryByTestId("wizard-clear-modal")).toBeNull());
    await waitFor(() => expect(screen.queryByTestId("identity-account")).toBeNull());

    await tick("Use Practice");
    await byId("identity-account");
    await click("wizard-next");
    await chooseTag(pgcli.repository, pgcli.tag);
    await click("wizard-clear");
    const question = await byId("wizard-clear-modal");
    expect(question.textContent).toContain("the selection of 1 image");
    await expectAccessible(question);
    await click("wizard-clear-cancel");
    await waitFor(() => expect(screen.queryByTestId("wizard-clear-modal")).toBeNull());
    expect((await box("Select dencold/pgcli:latest")).checked).toBe(true);

    await click("wizard-clear");
    await click("wizard-clear-confirm");
    await find('label[aria-label="Use Practice"] input');
    await waitFor(() => expect(screen.queryByTestId("wizard-clear-modal")).toBeNull());
  });
});
