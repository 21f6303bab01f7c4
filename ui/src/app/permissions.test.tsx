import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Draft, emptyDraft, requestOf } from "../features/migrate/wizard/draft";
import { fakeIdentity, fakeRegistry } from "../ipc/fake/fixtures";
import { fakePermissions } from "../ipc/fake/permissions";
import { recordedPlan } from "../ipc/fake/recordedPlan";
import { type FakeOptions, fakeError } from "../ipc/fakeBackend";
import type { AwsConnection, ImageSource, MigrationRequest, SavedProfile } from "../ipc/generated";
import { defaultRepositorySettings } from "../shared/repositorySettings";
import { reportSummary } from "../testing/reportSummary";
import {
  byId,
  click,
  expectAccessible,
  goTo,
  openWindow,
  start,
  textOf,
  tick,
} from "../testing/window";

const connection: AwsConnection = {
  kind: "profile",
  profile: "default",
  region: null,
  ecr_endpoint: null,
  registry_endpoint: null,
};

const engine: ImageSource = { kind: "docker_engine" };

/** A draft whose review is shown. */
const inReview: Draft = {
  ...emptyDraft,
  step: "review",
  connection,
  source: engine,
  images: [{ repository: "postgres", tag: "17" }],
};

const request = requestOf(inReview, new Map([["postgres", "postgres"]]), true) as MigrationRequest;

/** Answers in which a permission is missing. */
const missing = (action: string): FakeOptions["answers"] => ({
  migrationPermissions: async () => fakePermissions(recordedPlan(request), [action]),
});

const saved: SavedProfile = {
  id: "profile-1",
  name: "Production",
  connection,
  account_id: "999999999999",
  repository_prefix: "",
  rename_rules: [],
  template: defaultRepositorySettings,
  source: { kind: "docker_engine" },
  is_default: false,
};

async function startDisabled(): Promise<boolean> {
  return (await byId("wizard-start")).getAttribute("aria-disabled") === "true";
}

async function check(id: string): Promise<void> {
  const input = (await byId(id)).querySelector("input");
  fireEvent.click(input as HTMLInputElement);
}

describe("may I?", () => {
  it("lists missing permissions with the policy before Start, and allows to continue", async () => {
    const backend = openWindow({ draft: inReview, answers: missing("ecr:CreateRepository") });
    const warning = await byId("permissions-missing");
    expect(warning.textContent).toContain("1 permission is missing");
    expect(warning.textContent).toContain("ecr:CreateRepository");
    await waitFor(async () => expect(await startDisabled()).toBe(true));
    await click("permissions-summary");
    const action = await byId("permission-ecr:CreateRepository");
    expect(action.dataset.status).toBe("missing");
    expect(await textOf("policy-text")).toContain('"ecr:CreateRepository"');
    await expectAccessible(warning);
    await expectAccessible(await byId("permissions"));
    await check("permissions-accept");
    await waitFor(async () => expect(await startDisabled()).toBe(false));
    await start(backend);
    expect((await byId("result")).dataset.outcome).toBe("succeeded");
  });

  it("is no bar where all is allowed, or where only the convenience is missing", async () => {
    openWindow({ draft: inReview, answers: missing("ecr:GetDownloadUrlForLayer") });
    await waitFor(async () =>
      expect(await textOf("permissions-summary")).toBe("1 missing, 6 allowed"),
    );
    await waitFor(() => expect(screen.queryByTestId("permissions-missing")).toBeNull());
    expect(await startDisabled()).toBe(false);
  });

  it("offers the policy with a refusal", async () => {
    const backend = openWindow();
    const policy = '{\n  "Version": "2012-10-17"\n}';
    backend.failNext("awsIdentity", { ...fakeError("access_denied"), policy });
    await tick("Use prod");
    await byId("error-policy");
    act(() =>
      createWrapper()
        .findExpandableSection('[data-testid="error-policy"]')
        ?.findExpandButton()
        ?.click(),
    );
    expect(await textOf("policy-text")).toBe(policy);
  });
});

describe("who am I?", () => {
  it("asks whether another account than the saved profile had is the right one", async () => {
    const backend = openWindow({
      savedProfiles: [saved],
      answers: { awsAccountAlias: async () => "my-company" },
    });
    await tick("Use saved profile Production");
    expect(await textOf("account-warning")).toContain("Different account: 123456789012");
    expect(await textOf("account-warning")).toContain("saved profile uses account 999999999999");
    expect(await textOf("identity-alias")).toContain("my-company");
    await expectAccessible(await byId("account-warning"));
    await click("account-save");
    await waitFor(() => expect(screen.queryByTestId("account-warning")).toBeNull());
    expect(
      backend.calls.find(({ method }) => method === "savedProfileSave")?.args[0],
    ).toMatchObject({ id: "profile-1", account_id: "123456789012" });
  });

  it("keeps Start disabled until the other account is confirmed", async () => {
    openWindow({
      savedProfiles: [saved],
      draft: { ...inReview, savedProfile: saved.id, expectedAccount: "999999999999" },
    });
    await byId("account-warning");
    expect(await startDisabled()).toBe(true);
    await check("account-confirm");
    await waitFor(async () => expect(await startDisabled()).toBe(false));
    await check("account-confirm");
    await waitFor(async () => expect(await startDisabled()).toBe(true));
  });

  it("offers to run a migration again in the current account, after a confirmation", async () => {
    const backend = openWindow({
      history: [
        {
          migration: "migration-1",
          state: "interrupted",
          summary: reportSummary("interrupted", { images: 1, unknown: 1 }),
          started_at_ms: 1_795_000_000_000,
          elapsed_ms: 65_000,
          error: null,
          identity: { ...fakeIdentity(false, null), account_id: "999999999999" },
          registry: fakeRegistry(false),
          source: { kind: "docker_engine" },
          repositories_created: 0,
          policies_not_set: 0,
          images: 1,
          moved: 0,
          unchanged: 0,
          failed: 0,
          sent_bytes: 0,
          skipped_bytes: 0,
          undone: null,
        },
      ],
      answers: { historyRequest: async () => request },
    });
    backend.failNext("migrationResume", fakeError("account_differs", "Another account.", "9"));
    await goTo("History");
    const table = () => createWrapper(document.body).findTable('[data-testid="history-table"]');
    await waitFor(() => expect(table()?.findRows()).toHaveLength(1));
    act(() => table()?.findRowSelectionArea(1)?.click());
    await click("history-resume");
    await click("error-action-run_again");
    await byId("plan-images");
    expect(await textOf("account-warning")).toContain("planned for account 999999999999");
    expect(await startDisabled()).toBe(true);
  });
});

describe("where?", () => {
  const typeRegion = (text: string) => {
    const field = createWrapper().findAutosuggest('[data-testid="region-select"]');
    act(() => field?.focus());
    act(() => field?.setInputValue(text));
    act(() => field?.blur());
  };

  it("takes a region that is in no list, and says what is worth knowing of one", async () => {
    const backend = openWindow();
    const asked = () =>
      backend.calls.filter(({ method }) => method === "awsIdentity").at(-1)?.args[0];
    await tick("Use default");
    await byId("identity-account");
    for (const [typed, said] of [
      ["eu-moon-1", /eu-moon-1 isn’t a known region/],
      ["cn-north-1", /is in AWS China, but the region of the profile/],
      ["ap-east-1", /Enable ap-east-1 for the account/],
    ] as const) {
      typeRegion(typed);
      await screen.findByText(said);
      expect(asked()).toMatchObject({ region: typed });
    }
    typeRegion("Not A Region");
    await screen.findByText(/Enter a Region name such as eu-west-1/);
    expect(asked()).toMatchObject({ region: "ap-east-1" });
  });

  it("finds a repository that is missing here in another region", async () => {
    const backend = openWindow({ answers: { repositoryInOtherRegion: async () => ["us-east-1"] } });
    backend.ecr.set("app", []);
    await tick("Use default");
    await byId("identity-account");
    await goTo("Repositories");
    backend.failNext("repositoryDetails", fakeError("repository_missing", "No app here.", "app"));
    fireEvent.click(await screen.findByText("app"));
    await click("elsewhere-us-east-1");
    await waitFor(() =>
      expect(
        backend.calls.filter(({ method }) => method === "repositoryDetails").at(-1)?.args,
      ).toMatchObject([{ profile: "default", region: "us-east-1" }, "app"]),
    );
  });

  it("creates a missing repository with the settings of the user", async () => {
    const backend = openWindow({ savedProfiles: [{ ...saved, is_default: true }] });
    backend.ecr.set("app", []);
    await byId("identity-account");
    await goTo("Repositories");
    backend.failNext("repositoryDetails", fakeError("repository_missing", "No app here.", "app"));
    fireEvent.click(await screen.findByText("app"));
    await click("repository-create-open");
    // It waits for the settings of the saved profile.
    const confirm = (await byId("repository-create-confirm")) as HTMLButtonElement;
    await waitFor(() => expect(confirm.disabled).toBe(false));
    fireEvent.click(confirm);
    await waitFor(() => expect(screen.queryByTestId("repository-create-open")).toBeNull());
    expect(backend.calls.find(({ method }) => method === "repositoryCreate")?.args).toMatchObject([
      { profile: "default" },
      "app",
      saved.template,
    ]);
  });
});
