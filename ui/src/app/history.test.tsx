import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { fakeIdentity, fakeRegistry } from "../ipc/fake/fixtures";
import { createFakeBackend } from "../ipc/fakeBackend";
import type { HistoryEntry, ImageReport, MigrationReport } from "../ipc/generated";
import { interruptedEntry, undone } from "../testing/historyEntry";
import { reportSummary } from "../testing/reportSummary";
import {
  byId,
  click,
  expectAccessible,
  goTo,
  openWindow,
  sending,
  start,
  textOf,
  toReview,
} from "../testing/window";
import { App } from "./App";

const interrupted = interruptedEntry;

const image = (part: Partial<ImageReport>): ImageReport => ({
  image: 0,
  source: "docker.io/dencold/pgcli:1",
  destination: `${fakeRegistry(true)}/pgcli:1`,
  route: "registry_to_registry",
  result: { kind: "moved" },
  source_digest: `sha256:${"a".repeat(64)}`,
  pushed_digest: null,
  registry_digest: null,
  ecr_digest: `sha256:${"a".repeat(64)}`,
  proof: "equal",
  standing: "equal",
  sent_bytes: 1,
  elapsed_ms: 1,
  left_behind: [],
  source_moved_to: null,
  platforms: [],
  ...part,
});

const report: MigrationReport = {
  job: "migration-1",
  outcome: "interrupted",
  summary: reportSummary(
    "interrupted",
    { images: 3, equal: 2, not_finished: 1 },
    {
      text: "3 images: 2 verified equal, 1 not finished.",
      notes: ["1 referrer was not copied."],
    },
  ),
  identity: fakeIdentity(true, null),
  registry: fakeRegistry(true),
  started_at_ms: 1_795_000_000_000,
  elapsed_ms: 65_000,
  repositories_created: [],
  repositories_empty: [],
  images: [
    image({
      source_moved_to: `sha256:${"b".repeat(64)}`,
      platforms: [
        { platform: "linux/amd64", digest: `sha256:${"c".repeat(64)}`, in_ecr: true },
        { platform: "linux/arm64/v8", digest: `sha256:${"d".repeat(64)}`, in_ecr: true },
      ],
    }),
    image({
      image: 1,
      left_behind: [
        {
          name: "sha256-aaaa.sig",
          error: {
            code: "registry_failed",
            message: "It failed.",
            hints: [],
            causes: [],
            retryable: true,
            subject: null,
          },
        },
      ],
    }),
    image({
      image: 2,
      result: { kind: "cancelled" },
      proof: "not_proved",
      standing: "not_finished",
      ecr_digest: null,
    }),
  ],
  sent_bytes: 2,
  skipped_bytes: 0,
  temporary_tags_left: [],
  policies_not_set: [],
  journal_error: null,
  run_error: null,
  part: null,
  missing_parts: [],
  verified_at_ms: null,
};

/** One that was undone, and of which so much was left. */
const undoneEntry = (left: number): HistoryEntry => ({ ...interrupted, undone: undone(left) });

const table = () => createWrapper(document.body).findTable('[data-testid="history-table"]');
const chooseAction = (menu: string, item: string) => {
  const found = () => createWrapper().findButtonDropdown(`[data-testid="${menu}"]`);
  act(() => found()?.openDropdown());
  act(() => found()?.findItemById(item)?.click());
};
const selectRow = async (row: number) => {
  await waitFor(() => expect(table()?.findRows().length).toBeGreaterThanOrEqual(row));
  act(() => table()?.findRowSelectionArea(row)?.click());
};

describe("the history", () => {
  it("tells of an interrupted migration at the start, and leads to it", async () => {
    openWindow({ history: [interrupted] });
    const notice = await screen.findByText("Migration interrupted");
    expect(notice).toBeTruthy();
    act(() => screen.getByText("Open history").click());
    await waitFor(() => expect(table()?.findRows()).toHaveLength(1));
    const row = table()?.findRows()[0]?.getElement().textContent ?? "";
    expect(row).toContain("Interrupted");
    expect(row).toContain("3 verified equal, 1 failed, 1 unknown");
    await waitFor(() => expect(screen.queryByText("Migration interrupted")).toBeNull());
    await expectAccessible();
  });

  it("stays where it is, and leads to the history, also while practice is started", async () => {
    const started: { practice: () => void } = { practice: () => {} };
    const backend = createFakeBackend({
      settings: { welcomed: true },
      history: [interrupted],
      startedInPractice: true,
    });
    const { practiceStart } = backend;
    backend.practiceStart = async () => {
      await new Promise<void>((resolve) => {
        started.practice = resolve;
      });
      return practiceStart();
    };
    render(<App backend={backend} />);
    fireEvent.click(await screen.findByText("Open history"));
    await waitFor(() => expect(table()?.findRows()).toHaveLength(1));
    act(() => started.practice());
    await byId("practice-badge");
    expect(table()?.findRows()).toHaveLength(1);
  });

  it("dismisses the notification when the migration is resumed", async () => {
    const backend = openWindow({ history: [interrupted] });
    await screen.findByText("Migration interrupted");
    await goTo("History");
    await selectRow(1);
    expect(screen.getByText("Migration interrupted")).toBeTruthy();
    await click("history-resume");
    await byId("job");
    await waitFor(() => expect(screen.queryByText("Migration interrupted")).toBeNull());
    await waitFor(() => expect(backend.followers()).toBe(1));
    act(() => backend.play());
    await byId("result");
    await waitFor(() => expect(screen.queryByText("Migration interrupted")).toBeNull());
  });

  it("tells no more of an interrupted migration that was deleted", async () => {
    openWindow({ history: [interrupted, { ...interrupted, migration: "migration-0" }] });
    await screen.findByText("Migration interrupted");
    await goTo("History");
    await selectRow(1);
    chooseAction("history-actions", "delete");
    await click("history-delete-confirm");
    await waitFor(() => expect(screen.queryByText("Migration interrupted")).toBeNull());
  });

  it("tells of no interrupted migration that was undone", async () => {
    openWindow({ history: [undoneEntry(0)] });
    await goTo("History");
    await selectRow(1);
    expect(screen.queryByText("Migration interrupted")).toBeNull();
  });

  it("opens the report of an earlier migration with what moved and what stayed behind", async () => {
    const backend = openWindow({
      history: [interrupted],
      answers: { historyReport: async () => report },
    });
    await goTo("History");
    await selectRow(1);
    await click("history-open");
    expect((await byId("result")).dataset.outcome).toBe("interrupted");
    expect(await textOf("result")).toContain("1 referrer was not copied.");
    const shown = document.body.textContent ?? "";
    expect(shown).toContain("Source tag changed");
    expect(shown).toContain("sha256-aaaa.sig");
    expect(await textOf("platforms-0")).toContain("2 platforms, all verified");
    expect(await textOf("platform-linux/arm64/v8-0")).toBe("linux/arm64/v8");
    expect(shown).toContain("2 verified equal, 1 not finished");
    await expectAccessible();
    chooseAction("export-report", "html");
    await waitFor(() =>
      expect(backend.calls).toContainEqual({
        method: "migrationReportExport",
        args: ["migration-1", "html", expect.stringContaining("migration-practice-2026-11-")],
      }),
    );
    await screen.findByText("Report exported");
  });

  it("replaces the status when it is verified again, and shows one status at a time", async () => {
    const good: MigrationReport = {
      ...report,
      outcome: "succeeded",
      summary: reportSummary("succeeded", { images: 2, equal: 2 }),
      images: report.images.slice(0, 2),
    };
    const bad: MigrationReport = {
      ...good,
      outcome: "partly_failed",
      summary: reportSummary("partly_failed", { images: 2, equal: 1, failed: 1 }),
    };
    const backend = openWindow({
      history: [interrupted],
      answers: {
        historyReport: async () => good,
        historyVerify: async () => ({ ...bad, verified_at_ms: 1_795_000_200_000 }),
      },
    });
    await goTo("History");
    await selectRow(1);
    await click("history-open");
    const status = async () => (await byId("result")).dataset.status;
    expect((await byId("result")).dataset.outcome).toBe("succeeded");
    expect(await status()).toBe("success");

    // A look that fails takes the green away: nobody knows how it is now.
    backend.failNext("historyVerify", {
      code: "sign_in_needed",
      message: "The session has expired.",
      hints: [],
      causes: [],
      retryable: true,
      subject: null,
    });
    await click("report-verify");
    await waitFor(async () =>
      expect(await textOf("result")).toContain("Couldn’t verify the images again"),
    );
    expect(await status()).toBe("info");

    await click("report-verify");
    await waitFor(async () =>
      expect((await textOf("verified-at")).trim()).toMatch(
        /^Verified at .*: 1 of 2 images changed or is missing$/,
      ),
    );
    expect((await byId("result")).dataset.outcome).toBe("partly_failed");
    expect(await status()).toBe("warning");
    expect(screen.getAllByTestId("result")).toHaveLength(1);
    expect(screen.queryByText(good.summary.title)).toBeNull();
    await expectAccessible();
  });

  it("resumes a stopped migration with its ID, and runs one again", async () => {
    const backend = openWindow();
    await toReview([["dencold/pgcli", "latest"]]);
    await start(backend, sending);
    await click("job-cancel");
    await click("job-stop-confirm");
    await click("resume-cancelled");
    await waitFor(() =>
      expect(backend.calls).toContainEqual({ method: "migrationResume", args: ["job-2"] }),
    );
    await byId("job");
    act(() => backend.play());
    expect((await byId("result")).dataset.outcome).toBe("succeeded");

    await goTo("History");
    await selectRow(1);
    chooseAction("history-actions", "again");
    // The same images with a new plan: they exist in ECR.
    await byId("plan-images");
    expect(await textOf("plan-images")).toContain("dencold/pgcli:latest");
  });

  it("undoes a migration after showing what goes, and says so from then on", async () => {
    const backend = openWindow();
    await toReview([["dencold/pgcli", "latest"]]);
    await start(backend, sending);
    act(() => backend.play());
    await byId("result");
    await goTo("History");
    await selectRow(1);
    chooseAction("history-actions", "undo");
    expect(await textOf("undo-plan")).toContain("The tag and its image are deleted");
    const destination = await textOf("undo-destination");
    for (const part of ["AWS account111122223333", "Regioneu-central-1", "Registry127.0.0.1"]) {
      expect(destination).toContain(part);
    }
    expect((await byId("undo-confirm")).textContent).toBe(
      "Delete 1 tag, 5 images and 1 repository",
    );
    await expectAccessible();
    await click("undo-confirm");
    expect(await textOf("undo-report")).toContain("Deleted: 1 tag, 5 images and 1 repository.");
    expect(backend.calls).toContainEqual({
      method: "migrationUndo",
      args: ["job-2", expect.any(Function)],
    });
    await click("undo-close");
    await waitFor(() =>
      expect(table()?.findRows()[0]?.getElement().textContent).toContain("Undone"),
    );
    await click("history-open");
    await byId("report-undone");
    expect(screen.queryByTestId("report-undo")).toBeNull();
  });

  it.each([
    [0, "The images of this migration were", 0],
    [1, "Some images of this migration were", 1],
  ])("offers Undo again only where the last one left something: %i", async (left, said, offers) => {
    openWindow({ history: [undoneEntry(left)], answers: { historyReport: async () => report } });
    await goTo("History");
    await selectRow(1);
    await click("history-open");
    await byId("report-verify");
    expect(await textOf("report-undone")).toContain(said);
    expect(screen.queryAllByTestId("report-undo")).toHaveLength(offers);
  });

  it("says why an undo cannot be looked up, and looks again", async () => {
    const backend = openWindow({
      history: [interrupted],
      answers: { historyReport: async () => report },
    });
    await goTo("History");
    await selectRow(1);
    backend.failNext("migrationUndoPlan", {
      code: "runs_elsewhere",
      message: "Another window runs it.",
      hints: [],
      causes: [],
      retryable: true,
      subject: "migration-1",
    });
    chooseAction("history-actions", "undo");
    await click("error-action-retry");
    expect(await textOf("undo-plan")).toContain("pgcli:latest");
  });

  it("finds migrations by their images, with the number of images, and forgets them with the text", async () => {
    const other = { ...interrupted, migration: "migration-2" };
    const found = {
      migration: "migration-2",
      images: 3,
      source: "docker.io/acme/app:1.2",
      destination: "registry/team/app:1.2",
    };
    const texts: string[] = [];
    const backend = openWindow({
      history: [interrupted, other],
      answers: {
        historySearch: async (text) => {
          texts.push(text);
          return text === "acme/app" ? [found] : [];
        },
      },
    });
    await goTo("History");
    await selectRow(1);
    const filter = () =>
      createWrapper(document.body).findTextFilter('[data-testid="history-search"]');
    act(() => filter()?.findInput().setInputValue("acme/app"));
    await waitFor(() =>
      expect(filter()?.findResultsCount()?.getElement().textContent).toBe(
        "1 migration, 3 matching images",
      ),
    );
    expect(table()?.findRows()).toHaveLength(1);
    expect(table()?.getElement().textContent).toContain(
      "docker.io/acme/app:1.2 → registry/team/app:1.2, and 2 more",
    );
    expect(texts).toEqual(["acme/app"]);

    // Nothing of an earlier text stays, and one letter finds too much to be searched.
    act(() => filter()?.findInput().setInputValue("x"));
    await screen.findByText("No matches");
    act(() => filter()?.findInput().setInputValue(""));
    await waitFor(() => expect(table()?.findRows()).toHaveLength(2));
    expect(texts).toEqual(["acme/app"]);

    backend.failNext("historySearch", {
      code: "journal_failed",
      message: "The journal is locked.",
      hints: [],
      causes: [],
      retryable: true,
      subject: null,
    });
    act(() => filter()?.findInput().setInputValue("acme/app"));
    await click("error-action-retry");
    await waitFor(() => expect(table()?.findRows()).toHaveLength(1));
  });

  it("deletes a migration only after a question, and says why it cannot be read", async () => {
    const backend = openWindow({ history: [interrupted] });
    await goTo("History");
    await selectRow(1);
    chooseAction("history-actions", "delete");
    await click("history-delete-confirm");
    await waitFor(() =>
      expect(backend.calls).toContainEqual({ method: "historyDelete", args: ["migration-1"] }),
    );
    await screen.findByText("No migrations yet");

    backend.failNext("historyList", {
      code: "journal_failed",
      message: "The journal /data/journal.sqlite cannot be used.",
      hints: [],
      causes: [],
      retryable: true,
      subject: "/data/journal.sqlite",
    });
    await click("history-reload");
    await screen.findByText("Couldn't use the migration history");
  });
});
