// @vitest-environment node
import { describe, expect, it, vi } from "vitest";
import { historyEntry, report } from "../ipc/fake/recorded/practice";
import { createFakeBackend } from "../ipc/fakeBackend";
import type { SavedProfile } from "../ipc/generated";
import { type Commands, commands } from "../ipc/generated/commands";
import type { Notice } from "../shared/notify";
import { defaultRepositorySettings } from "../shared/repositorySettings";
import { undone } from "../testing/historyEntry";
import { reportSummary } from "../testing/reportSummary";
import { type AnnouncementActions, announcements, withAnnouncements } from "./announcements";

const practice = { kind: "practice" } as const;
const hub = { kind: "docker_hub", namespace: "acme" } as const;
const prod: SavedProfile = {
  id: "1",
  name: "prod",
  connection: practice,
  account_id: null,
  repository_prefix: "",
  rename_rules: [],
  template: defaultRepositorySettings,
  source: null,
  is_default: true,
};
const undoReport = {
  migration: "m",
  totals: undone(0).totals,
  left: [],
  cancelled: false,
  journal_error: null,
};

type Case = readonly [name: keyof Commands, args: unknown[], answer: unknown, header: string];

/** Every command with a notification of its own, and what the notification says. */
const cases: readonly Case[] = [
  ["savedProfileSave", [prod], prod, "Profile “prod” saved"],
  ["savedProfilesExport", [["1", "2"], "/tmp/p.json"], undefined, "2 profiles exported"],
  ["savedProfilesImport", ["/tmp/p.json", false], [prod], "1 profile imported"],
  ["savedProfilesImport", ["/tmp/p.json", false], [], "The file contains no profiles"],
  ["migrationPlanExport", ["plan", "/tmp/plan.json"], undefined, "Plan saved"],
  ["migrationReportExport", ["job", "html", "/tmp/r.html"], undefined, "Report exported"],
  ["nameFileExport", [{}, null, "nginx", "/tmp/registry.conf"], undefined, "File saved"],
  ["nameClientFileApply", [{}, null, "hosts_toml"], [], "File installed"],
  ["nameClientFileUndo", [{}, null, "hosts_toml"], [], "Previous file restored"],
  ["awsMfaSubmit", [practice, "123456"], historyEntry.identity, "Signed in with Practice"],
  ["signInWait", ["sign-in-1"], "signed_in", "Signed in to AWS"],
  ["ssoSignOut", [{ kind: "session", session: "corp" }], undefined, "Signed out of corp"],
  ["awsProfileAdd", [{ name: "dev" }], undefined, "Profile dev added to the AWS configuration"],
  [
    "clientLoginApply",
    [practice, "docker", { kind: "inline" }],
    { registry: "r", clients: [] },
    "Docker logged in to ECR",
  ],
  [
    "clientLoginApply",
    [practice, "podman", { kind: "ecr_helper" }],
    { registry: "r", clients: [] },
    "Podman set up for ECR",
  ],
  [
    "clientLoginUndo",
    [practice, "docker"],
    { registry: "r", clients: [] },
    "Previous login of Docker restored",
  ],
  ["sourceLogin", [{ source: hub, username: "ann" }], {}, "Signed in as ann"],
  ["sourceLogout", [hub], {}, "Signed out"],
  ["migrationUndo", ["u"], undoReport, "Migration undone"],
  ["migrationUndo", ["u"], { ...undoReport, cancelled: true }, "Undo stopped"],
  ["historyDelete", ["m"], undefined, "Migration deleted from history"],
  ["historyVerify", ["m"], report, "Verified: all digests match"],
  [
    "historyVerify",
    ["m"],
    { ...report, summary: reportSummary("partly_failed", { images: 2, equal: 1, failed: 1 }) },
    `Verified: ${reportSummary("partly_failed", { images: 2, equal: 1, failed: 1 }).title}`,
  ],
  [
    "registryOfferAccept",
    [practice, { kind: "blob_mounting" }],
    undefined,
    "Blob mounting turned on",
  ],
  [
    "imageScanStart",
    [practice, "team/app", "sha256:1"],
    undefined,
    "Scan of an image of team/app started",
  ],
  [
    "registryChange",
    [practice, { kind: "blob_mounting", is_on: true }],
    undefined,
    "Blob mounting changed",
  ],
  [
    "repositoryImagesArchive",
    [practice, "team/app", ["sha256:1"], true],
    { changed: 2, unchanged: [] },
    "2 images archived",
  ],
  [
    "repositoryCreate",
    [practice, "team/app", defaultRepositorySettings],
    {},
    "Repository team/app created",
  ],
  [
    "lifecyclePolicySet",
    [practice, "team/app", "{}", 2, 0],
    undefined,
    "Lifecycle policy of team/app set",
  ],
  [
    "lifecyclePolicyRemove",
    [practice, "team/app"],
    undefined,
    "Lifecycle policy of team/app removed",
  ],
  ["practiceReset", [], {}, "Practice mode was reset"],
  ["practiceTagMove", ["acme/app", "latest", "2.0"], undefined, "Tag moved"],
];

function announced(name: string, answer: unknown, more: Partial<AnnouncementActions> = {}) {
  const notices: Notice[] = [];
  const actions: AnnouncementActions = {
    page: "migrate",
    openPage: vi.fn(),
    openRepository: vi.fn(),
    undo: vi.fn(),
    ...more,
  };
  const backend = { ...createFakeBackend(), [name]: async () => answer };
  const wrapped = withAnnouncements(
    backend,
    (notice) => notices.push(notice),
    () => actions,
  );
  const call = wrapped[name as "practiceReset"] as (...args: unknown[]) => Promise<unknown>;
  return { notices, actions, call };
}

describe("every finished action", () => {
  it.each(cases)("%s leads to a notification", async (name, args, answer, header) => {
    const { notices, call } = announced(name, answer);
    expect(await call(...args)).toBe(answer);
    expect(notices.map((notice) => notice.header)).toEqual([header]);
  });

  it("is one of the cases above, or says why it has no notification", () => {
    const missing = Object.keys(commands).filter((name) => !(name in announcements));
    expect(missing, "commands that app/announcements.ts doesn't have").toEqual([]);
    const announcing = Object.entries(announcements).flatMap(([name, how]) =>
      typeof how === "function" ? [name] : [],
    );
    expect(new Set(cases.map(([name]) => name as string))).toEqual(new Set(announcing));
  });

  it("is announced by its caller only where one action takes several calls", () => {
    const callers = Object.entries(announcements).flatMap(([name, how]) =>
      how === "caller" ? [name] : [],
    );
    // `repositories.test.tsx`, `cleanup.test.tsx` and `profiles.test.tsx` hold their notifications.
    expect(callers).toEqual([
      "repositoryImagesDelete",
      "repositoryCleanupRecord",
      "repositoryDelete",
      "savedProfileDelete",
    ]);
  });
});

describe("a notification", () => {
  it("doesn't appear when the action failed or was cancelled", async () => {
    const { notices, call } = announced("signInWait", "cancelled");
    await call("sign-in-1");
    expect(notices).toEqual([]);
    const backend = createFakeBackend();
    backend.historyDelete = async () => {
      throw new Error("no");
    };
    const failing = withAnnouncements(
      backend,
      (notice) => notices.push(notice),
      () => announced("x", null).actions,
    );
    await expect(failing.historyDelete("m")).rejects.toThrow();
    expect(notices).toEqual([]);
  });

  it("opens what was made, and undoes what can be undone", async () => {
    const created = announced("repositoryCreate", {});
    await created.call(practice, "team/app", defaultRepositorySettings);
    created.notices[0]?.action?.onClick();
    expect(created.actions.openRepository).toHaveBeenCalledWith(practice, "team/app");

    const saved = announced("savedProfileSave", prod);
    await saved.call(prod);
    saved.notices[0]?.action?.onClick();
    expect(saved.actions.openPage).toHaveBeenCalledWith("profiles");

    const login = announced("clientLoginApply", { registry: "r", clients: [] });
    await login.call(practice, "docker", { kind: "inline" });
    expect(login.notices[0]?.action?.text).toBe("Undo");
    login.notices[0]?.action?.onClick();
    const backend = { clientLoginUndo: vi.fn() };
    vi.mocked(login.actions.undo).mock.calls[0]?.[0](backend as never);
    expect(backend.clientLoginUndo).toHaveBeenCalledWith(practice, "docker");
  });

  it("doesn't offer the page that is shown", async () => {
    const { notices, call } = announced("savedProfileSave", prod, { page: "profiles" });
    await call(prod);
    expect(notices[0]?.action).toBeUndefined();
  });
});
