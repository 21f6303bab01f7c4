import { describe, expect, it, vi } from "vitest";
import {
  deletionPlanOf,
  deletionReportOf,
  plannedImage,
  plannedRepository,
} from "../ipc/fake/deletion";
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

const oneImage = [
  plannedImage({ digest: "sha256:1", tags: ["latest"], kind: "image", size_bytes: 1 }),
];
const deletesBoth = deletionPlanOf("d", [
  plannedRepository("app", oneImage, { deletes_repository: true }),
  plannedRepository("api", [], { deletes_repository: true }),
]);
const deletesImage = deletionPlanOf("d", [plannedRepository("app", oneImage)]);
const tag = { tag: "latest", digest: "sha256:1", kind: "image" as const };
const deletesTag = deletionPlanOf("d", [plannedRepository("app", [], { tag })]);

const totals = (images: number, tags: number) => ({ images, tags });

type Case = readonly [name: keyof Commands, args: unknown[], answer: unknown, header: string];

/** Every command with a notification of its own, and what the notification says. */
const cases: readonly Case[] = [
  ["savedProfileSave", [prod], prod, "Profile “prod” saved"],
  ["savedProfilesExport", [["1", "2"], "/tmp/p.json"], undefined, "2 profiles exported"],
  ["savedProfilesImport", ["/tmp/p.json", false], [prod], "1 profile imported"],
  ["savedProfilesImport", ["/tmp/p.json", false], [], "The file contains no profiles"],
  [
    "imageScanStart",
    [practice, "team/app", "sha256:1"],
    undefined,
    "Scan of an image of team/app started",
  ],
  ["migrationPlanExport", ["plan", "/tmp/plan.json"], undefined, "Plan saved"],
  ["migrationReportExport", ["job", "html", "/tmp/r.html"], undefined, "Report exported"],
  ["nameFileExport", [{}, null, "nginx", "/tmp/registry.conf"], undefined, "File saved"],
  ["imageAttestationExport", [{}, "m", "b", "/tmp/sbom.json"], undefined, "File saved"],
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
    "imageTagAdd",
    [practice, "team/app", "sha256:1", "prod", null],
    { undo: { kind: "remove" } },
    "Tag prod added",
  ],
  [
    "imageTagAdd",
    [practice, "team/app", "sha256:1", "prod", null],
    { undo: null },
    "Tag prod added",
  ],
  [
    "imageTagAdd",
    [practice, "team/app", "sha256:1", "prod", "sha256:2"],
    { undo: { kind: "move_back", to: "sha256:2" } },
    "Tag prod moved",
  ],
  [
    "imageTagUndo",
    [practice, "team/app", "sha256:1", "prod", { kind: "remove" }],
    undefined,
    "Tag prod removed",
  ],
  [
    "imageTagUndo",
    [practice, "team/app", "sha256:1", "prod", { kind: "move_back", to: "sha256:2" }],
    undefined,
    "Tag prod moved back",
  ],
  [
    "repositoryMutabilitySet",
    [practice, "team/app", { tag_mutability: "immutable", exclusion_filters: [] }],
    undefined,
    "Tag mutability of team/app set",
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
  ["repositoryPolicySet", [practice, "team/app", null, "{}"], undefined, "Policy of team/app set"],
  ["repositoryPolicyRemove", [practice, "team/app", "{}"], undefined, "Policy of team/app removed"],
  ["deletionRun", ["d"], deletionReportOf(deletesBoth), "2 repositories deleted"],
  [
    "restoreRun",
    ["r"],
    { planned: totals(2, 0), restored: totals(2, 0), failed: [], stopped: false },
    "2 images restored",
  ],
  [
    "restoreRun",
    ["r"],
    { planned: totals(2, 0), restored: totals(1, 0), failed: [], stopped: true },
    "1 of 2 images restored",
  ],
  [
    "restoreRun",
    ["r"],
    { planned: totals(0, 1), restored: totals(0, 1), failed: [], stopped: false },
    "1 tag restored",
  ],
  [
    "restoreRun",
    ["r"],
    { planned: totals(1, 2), restored: totals(1, 2), failed: [], stopped: false },
    "1 image and 2 tags restored",
  ],
  [
    "restoreRun",
    ["r"],
    { planned: totals(1, 2), restored: totals(1, 0), failed: [{}], stopped: true },
    "1 of 1 image and 0 of 2 tags restored",
  ],
  ["deletionRun", ["d"], deletionReportOf(deletesImage), "1 image deleted from app"],
  ["deletionRun", ["d"], deletionReportOf(deletesTag), "1 tag deleted from app"],
  [
    "deletionRun",
    ["d"],
    deletionReportOf(deletesBoth, ({ name }) =>
      name === "app" ? { deleted: [], repository_deleted: false } : {},
    ),
    "1 of 2 repositories deleted",
  ],
  [
    "deletionRun",
    ["d"],
    deletionReportOf(deletesImage, () => ({ deleted: [] })),
    "0 of 1 image deleted from app",
  ],
  ["practiceReset", [], {}, "Practice mode was reset"],
  ["practiceExamplesCreate", [], ["shop/api", "shop/web"], "2 example repositories added"],
  ["practiceTagMove", ["acme/app", "latest", "2.0"], undefined, "Tag moved"],
];

function announced(name: string, answer: unknown, more: Partial<AnnouncementActions> = {}) {
  const notices: Notice[] = [];
  const actions: AnnouncementActions = {
    page: "migrate",
    openPage: vi.fn(),
    openRepository: vi.fn(),
    openFile: vi.fn(),
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
    // `profiles.test.tsx` holds its notification.
    expect(callers).toEqual(["savedProfileDelete"]);
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

  it.each([
    [totals(1, 1), false, [], undefined],
    [totals(1, 0), true, [], "You stopped the restore."],
    [
      totals(2, 0),
      false,
      ["destination_moved"],
      "Some tags point to other images now, and weren’t restored.",
    ],
    [
      totals(2, 1),
      false,
      ["destination_moved"],
      "Some tags point to other images now, and weren’t restored.",
    ],
    [totals(2, 0), false, ["destination_moved", "access_denied"], "Some tags weren’t restored."],
  ])(
    "says what a restore of 2 images and a tag lacks: %j, %j, %j",
    async (restored, stopped, codes, text) => {
      const failed = codes.map((code) => ({ repository: "app", digest: "d", error: { code } }));
      const { notices, call } = announced("restoreRun", {
        planned: totals(2, 1),
        restored,
        failed,
        stopped,
      });
      await call("r");
      expect(notices[0]?.text).toBe(text);
    },
  );

  it.each([
    [{}, [], "Nothing was deleted."],
    [{ tags_removed: 1, images_deleted: 2 }, [], "Deleted: 1 tag and 2 images."],
    [{ tags_restored: 1 }, [], "Nothing was deleted. 1 tag was restored."],
    [
      { tags_removed: 2, tags_restored: 2 },
      [{ name: "a", why: { kind: "holds", images: 1 } }],
      "Deleted: 2 tags. 2 tags were restored. 1 item was kept.",
    ],
  ])("says what an undo deleted, restored, and kept: %j", async (changed, left, text) => {
    const none = { tags_removed: 0, images_deleted: 0 };
    const totals = { ...undoReport.totals, ...none, ...changed };
    const { notices, call } = announced("migrationUndo", { ...undoReport, totals, left });
    await call("u");
    expect(notices[0]?.text).toBe(text);
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

  const exported = cases.filter(([name]) => name.endsWith("Export"));

  it.each(exported)("of %s opens the file", async (name, args) => {
    const { notices, actions, call } = announced(name, undefined);
    await call(...args);
    expect(notices[0]?.action?.text).toBe("Open");
    notices[0]?.action?.onClick();
    expect(actions.openFile).toHaveBeenCalledWith(args.at(-1));
  });

  it("of every exported file opens it", () => {
    const all = Object.keys(announcements).filter((name) => name.endsWith("Export"));
    expect(exported.map(([name]) => name).sort()).toEqual(all.sort());
  });

  /** An action whose notification has a button, and what makes that button wrong. */
  const outdated: readonly (readonly [Case, Case])[] = [
    [
      ["nameClientFileApply", [{}, null, "hosts_toml"], [], ""],
      ["nameClientFileUndo", [{}, null, "hosts_toml"], [], ""],
    ],
    [
      ["clientLoginApply", [practice, "docker", { kind: "inline" }], { registry: "r" }, ""],
      ["clientLoginUndo", [practice, "docker"], { registry: "r" }, ""],
    ],
    [
      [
        "imageTagAdd",
        [practice, "app", "sha256:1", "prod", null],
        { undo: { kind: "remove" } },
        "",
      ],
      ["imageTagUndo", [practice, "app", "sha256:1", "prod", { kind: "remove" }], undefined, ""],
    ],
    [
      ["repositoryCreate", [practice, "app", defaultRepositorySettings], {}, ""],
      ["deletionRun", ["d"], deletionReportOf(deletesBoth), ""],
    ],
  ];

  it.each(outdated)("is replaced once its button is outdated: %j", async (before, after) => {
    const about = async ([name, args, answer]: Case) => {
      const { notices, call } = announced(name, answer);
      await call(...args);
      return notices[0]?.about ?? [];
    };
    const first = await about(before);
    expect(first).toHaveLength(1);
    expect(await about(after)).toContain(first[0]);
  });

  it("with Undo always names what it is about", async () => {
    for (const [name, args, answer] of cases) {
      const { notices, call } = announced(name, answer);
      await call(...args);
      if (notices[0]?.action?.text === "Undo") {
        expect(notices[0].about, name).toHaveLength(1);
        expect(outdated.map(([[known]]) => known)).toContain(name);
      }
    }
  });

  it("stays while only something else changed", async () => {
    const { notices, call } = announced("nameClientFileUndo", []);
    await call({}, null, "nginx");
    expect(notices[0]?.about).toEqual(["client file nginx"]);
    const kept = announced(
      "deletionRun",
      deletionReportOf(deletesBoth, () => ({ repository_deleted: false })),
    );
    await kept.call("d");
    expect(kept.notices[0]?.about).toEqual([]);
  });

  it("doesn't offer the page that is shown", async () => {
    const { notices, call } = announced("savedProfileSave", prod, { page: "profiles" });
    await call(prod);
    expect(notices[0]?.action).toBeUndefined();
  });
});
