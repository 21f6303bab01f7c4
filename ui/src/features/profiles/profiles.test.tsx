import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { type Backend, BackendProvider } from "../../ipc";
import type { ApiError, AwsProfiles, SavedProfile } from "../../ipc/generated";
import { NotifyProvider } from "../../shared/notify";
import { defaultRepositorySettings } from "../../shared/repositorySettings";
import { accessibilityViolations } from "../../testing/accessibility";
import { ProfilesPage } from ".";
import { copyName, profileDraft, profileProblems, savedProfile } from "./profileDraft";

function profile(part: Partial<SavedProfile>): SavedProfile {
  return {
    id: "1",
    name: "prod",
    connection: {
      kind: "profile",
      profile: "prod-admin",
      region: "eu-west-1",
      ecr_endpoint: null,
      registry_endpoint: null,
    },
    account_id: "111122223333",
    repository_prefix: "team/",
    rename_rules: [],
    template: defaultRepositorySettings,
    source: null,
    is_default: false,
    ...part,
  };
}

const prod = profile({});
const practice = profile({
  id: "2",
  name: "try",
  connection: { kind: "practice" },
  is_default: true,
});

const awsProfiles: AwsProfiles = {
  profiles: [
    { name: "prod-admin", kind: "sso", region: "eu-west-1", source: "config", problem: null },
    { name: "dev", kind: "keys", region: null, source: "credentials", problem: null },
  ],
  files: [],
  ignored: [],
  preselected: null,
  environment_has_keys: false,
};

const storageFailed: ApiError = {
  code: "storage_failed",
  message: "The saved profiles could not be written.",
  hints: [],
  causes: [],
  retryable: true,
  subject: "/data/profiles.json",
};

/** A backend that keeps saved profiles as the program does. */
function keeper(saved: SavedProfile[] = [prod, practice]) {
  let profiles = saved;
  const backend = {
    savedProfilesList: vi.fn(async () => profiles),
    savedProfileSave: vi.fn(async (changed: SavedProfile) => {
      const kept = changed.id === "" ? { ...changed, id: `${profiles.length + 1}` } : changed;
      profiles = [...profiles.filter(({ id }) => id !== kept.id), kept];
      return kept;
    }),
    savedProfileDelete: vi.fn(async (id: string) => {
      profiles = profiles.filter((one) => one.id !== id);
    }),
    savedProfilesExport: vi.fn(async () => {}),
    savedProfilesImport: vi.fn(async (_path: string, _allowEndpoints: boolean) => [
      profile({ id: "9", name: "prod 2" }),
    ]),
    savePathChoose: vi.fn(async (): Promise<string | null> => "/home/me/profiles.json"),
    openPathChoose: vi.fn(async (): Promise<string | null> => "/home/me/profiles.json"),
    awsProfilesList: vi.fn(async () => awsProfiles),
  };
  return backend satisfies Partial<Backend>;
}

async function show(backend: Partial<Backend> = keeper(), onUse = vi.fn(), notify = vi.fn()) {
  const view = render(
    <BackendProvider backend={backend as Backend}>
      <NotifyProvider value={notify}>
        <ProfilesPage onUse={onUse} />
      </NotifyProvider>
    </BackendProvider>,
  );
  await waitFor(() => expect(view.container.textContent).not.toContain("Loading saved"));
  return view;
}

const wrapper = () => createWrapper(document.body);
const rows = () =>
  (wrapper().findTable('[data-testid="profiles-table"]')?.findRows() ?? []).map(
    (row) => row.getElement().textContent ?? "",
  );
const select = (row: number) =>
  act(() => wrapper().findTable()?.findRowSelectionArea(row)?.click());
// The menu does not open while an earlier action is saved.
const choose = async (action: string) => {
  const menu = await waitFor(() => {
    const found = wrapper().findButtonDropdown('[data-testid="profile-actions"]');
    if (!found?.findOpenDropdown()) act(() => found?.openDropdown());
    if (!found?.findItemById(action)) throw new Error("the menu is not open");
    return found;
  });
  act(() => menu.findItemById(action)?.click());
};
const type = (id: string, text: string) =>
  act(() => wrapper().findInput(`[data-testid="${id}"]`)?.setInputValue(text));

describe("saved profiles", () => {
  it("are listed with their connection and default mark, and one is used", async () => {
    const use = vi.fn();
    const { container } = await show(keeper(), use);
    const [first, second] = rows();
    for (const text of ["prod", "prod-admin (account 111122223333)", "Europe (Ireland)", "team/"]) {
      expect(first).toContain(text);
    }
    expect(first).not.toContain("Default");
    expect(second).toContain("Practice");
    expect(second).toContain("Default");
    select(1);
    fireEvent.click(screen.getByTestId("profile-use"));
    expect(use).toHaveBeenCalledWith(prod);
    expect(await accessibilityViolations(container)).toEqual([]);
  });

  it("are deleted only after a confirmation that names the profile, and can be restored", async () => {
    const backend = keeper();
    const notify = vi.fn();
    await show(backend, vi.fn(), notify);
    select(1);
    await choose("delete");
    expect(screen.getByTestId("profile-delete-modal").textContent).toContain("prod");
    expect(screen.getByTestId("profile-delete-confirm").textContent).toBe("Delete “prod”");
    fireEvent.click(screen.getByTestId("profile-delete-cancel"));
    expect(backend.savedProfileDelete).not.toHaveBeenCalled();

    await choose("delete");
    fireEvent.click(screen.getByTestId("profile-delete-confirm"));
    await waitFor(() => expect(rows()).toHaveLength(1));
    expect(backend.savedProfileDelete).toHaveBeenCalledWith("1");
    const notice = notify.mock.lastCall?.[0];
    expect(notice.header).toBe("Profile “prod” deleted");
    act(() => notice.action.onClick());
    expect(backend.savedProfileSave).toHaveBeenLastCalledWith({ ...prod, id: "" });
  });

  it("are duplicated, made the default, exported and imported", async () => {
    const backend = keeper();
    await show(backend);
    select(1);
    await choose("duplicate");
    await waitFor(() => expect(rows()).toHaveLength(3));
    expect(backend.savedProfileSave).toHaveBeenLastCalledWith(
      expect.objectContaining({ id: "", name: "prod (copy)", is_default: false }),
    );
    await choose("default");
    await waitFor(() =>
      expect(backend.savedProfileSave).toHaveBeenLastCalledWith({ ...prod, is_default: true }),
    );
    await choose("export");
    await waitFor(() =>
      expect(backend.savedProfilesExport).toHaveBeenCalledWith(["1"], "/home/me/profiles.json"),
    );
    await choose("import");
    await waitFor(() => expect(backend.savedProfilesImport).toHaveBeenCalledTimes(1));
    backend.openPathChoose.mockResolvedValueOnce(null);
    await choose("import");
    await waitFor(() => expect(backend.openPathChoose).toHaveBeenCalledTimes(2));
    expect(backend.savedProfilesImport).toHaveBeenCalledTimes(1);
  });

  it("with endpoints are imported only after a confirmation that shows the endpoints", async () => {
    const backend = keeper();
    const endpoint = "prod: ECR API https://evil.example";
    backend.savedProfilesImport.mockRejectedValueOnce({
      ...storageFailed,
      code: "endpoints_not_allowed",
      subject: endpoint,
    } satisfies ApiError);
    await show(backend);
    await choose("import");
    const modal = await screen.findByTestId("profiles-import-modal");
    expect(modal.textContent).toContain(endpoint);
    expect(backend.savedProfilesImport).toHaveBeenLastCalledWith("/home/me/profiles.json", false);
    fireEvent.click(screen.getByTestId("profiles-import-confirm"));
    await waitFor(() =>
      expect(backend.savedProfilesImport).toHaveBeenLastCalledWith("/home/me/profiles.json", true),
    );
  });

  it("are made in a form that says what is wrong and keeps what was typed when saving fails", async () => {
    const backend = keeper();
    await show(backend);
    await act(async () => screen.getByTestId("profile-new").click());
    const form = () => screen.getByTestId("profile-form").textContent;
    type("profile-form-name", "PROD");
    fireEvent.click(screen.getByTestId("profile-form-confirm"));
    expect(form()).toContain("A saved profile with this name already exists.");
    expect(form()).toContain("Choose an AWS profile.");
    expect(backend.savedProfileSave).not.toHaveBeenCalled();

    type("profile-form-name", "dev");
    type("profile-form-prefix", "lab/");
    const list = wrapper().findSelect('[data-testid="profile-form-aws-profile"]');
    act(() => list?.openDropdown());
    act(() => list?.selectOptionByValue("dev", { expandToViewport: true }));
    expect(await accessibilityViolations(screen.getByTestId("profile-form"))).toEqual([]);
    backend.savedProfileSave.mockRejectedValueOnce(storageFailed);
    fireEvent.click(screen.getByTestId("profile-form-confirm"));
    await screen.findByTestId("error-alert");
    fireEvent.click(screen.getByTestId("error-action-retry"));
    await waitFor(() => expect(rows()).toHaveLength(3));
    expect(backend.savedProfileSave).toHaveBeenLastCalledWith({
      ...profile({ id: "", name: "dev", account_id: null, repository_prefix: "lab/" }),
      connection: {
        kind: "profile",
        profile: "dev",
        region: null,
        ecr_endpoint: null,
        registry_endpoint: null,
      },
    });
  });

  it("are said to be unreadable, not absent, when they cannot be read", async () => {
    const backend = keeper();
    backend.savedProfilesList.mockRejectedValueOnce({ ...storageFailed, code: "store_unreadable" });
    await show(backend);
    expect(screen.getByTestId("error-alert").textContent).toContain(
      "Couldn't read the saved profiles",
    );
    expect(screen.queryByText("No saved profiles")).toBeNull();
  });
});

describe("a profile draft", () => {
  it("comes back as the profile that it was made from", () => {
    for (const one of [prod, practice]) {
      expect(savedProfile(profileDraft(one), one)).toEqual(one);
    }
  });

  it("forgets the account when the connection becomes another one", () => {
    const changed = { ...profileDraft(prod), region: "us-east-1" };
    expect(savedProfile(changed, prod).account_id).toBeNull();
  });

  it("gives a copy a name that is free, whatever its case", () => {
    expect(copyName("prod", [prod])).toBe("prod (copy)");
    expect(copyName("prod", [profile({ name: "Prod (COPY)" })])).toBe("prod (copy 2)");
  });

  it.each([
    ["prefix", { prefix: "Team/" }],
    ["prefix", { prefix: "/team" }],
    ["ecrEndpoint", { ecrEndpoint: "localhost" }],
    ["registryEndpoint", { registryEndpoint: "http://user:secret@host" }],
    ["source", { source: { kind: "docker_hub", namespace: " " } }],
    ["source", { source: { kind: "registry", host: "https://ghcr.io", plain_http: false } }],
    ["template", { template: { ...defaultRepositorySettings, tags: { "": "x" } } }],
    ["name", { name: "  " }],
  ] as const)("is refused for its %s: %j", (field, part) => {
    expect(Object.keys(profileProblems({ ...profileDraft(prod), ...part }, []))).toEqual([field]);
  });

  it.each([
    { prefix: "" },
    { prefix: "team-" },
    { ecrEndpoint: "http://127.0.0.1:4566", registryEndpoint: "127.0.0.1:5000" },
    { source: { kind: "registry", host: "127.0.0.1:5000", plain_http: true } },
  ] as const)("is taken with %j", (part) => {
    expect(profileProblems({ ...profileDraft(prod), ...part }, [])).toEqual({});
  });
});
