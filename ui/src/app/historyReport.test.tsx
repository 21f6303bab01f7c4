import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { fakeError } from "../ipc/fakeBackend";
import type { MigrationReport } from "../ipc/generated";
import { interruptedEntry } from "../testing/historyEntry";
import { chooseAction, report, selectRow } from "../testing/historyPage";
import { reportSummary } from "../testing/reportSummary";
import { byId, click, expectAccessible, find, goTo, openWindow, textOf } from "../testing/window";

describe("the report of an earlier migration", () => {
  it("opens the report of an earlier migration with what moved and what stayed behind", async () => {
    const backend = openWindow({
      history: [interruptedEntry],
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

  it("keeps the filter of its images in another tab", async () => {
    openWindow({ history: [interruptedEntry], answers: { historyReport: async () => report } });
    await goTo("History");
    await selectRow(1);
    await click("history-open");
    await byId("report-tabs");
    const show = async (tab: string) => {
      const tabs = createWrapper().findTabs('[data-testid="report-tabs"]');
      act(() => tabs?.findTabLinkById(`report-tab-${tab}`)?.click());
      await waitFor(() => expect(tabs?.findActiveTab()?.getElement().id).toContain(tab));
    };
    const filter = () =>
      createWrapper().findTextFilter('[data-testid="result-images-search"]')?.findInput();
    act(() => filter()?.setInputValue("pgcli"));
    await show("summary");
    await show("images");
    expect(filter()?.getInputValue()).toBe("pgcli");
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
      history: [interruptedEntry],
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

  it("doesn’t show the verification of another migration", async () => {
    const other = { ...interruptedEntry, migration: "migration-2" };
    const ends = new Map<string, () => void>();
    openWindow({
      history: [interruptedEntry, other],
      answers: {
        historyReport: async (migration) => ({ ...report, job: migration }),
        historyVerify: (migration) =>
          new Promise((resolve) => {
            ends.set(migration, () => resolve({ ...report, verified_at_ms: 1_795_000_200_000 }));
          }),
      },
    });
    await goTo("History");
    const open = async (row: number) => {
      await selectRow(row);
      await click("history-open");
      await byId("result");
    };
    await open(1);
    await click("report-verify");
    (await find('nav[aria-label="Breadcrumbs"] a[href="#history"]')).click();
    await open(2);
    await act(async () => {
      for (const end of ends.values()) end();
    });
    expect(ends.size).toBe(1);
    expect(screen.queryByTestId("verified-at")).toBeNull();
  });

  it("offers to resume only the migration that couldn’t be resumed", async () => {
    const backend = openWindow({ history: [interruptedEntry] });
    await goTo("History");
    await selectRow(1);
    backend.failNext("migrationResume", fakeError("connection_lost", "It broke."));
    await click("history-resume");
    const retries = () => screen.queryAllByTestId("error-action-retry").length;
    await screen.findByText("It broke.");
    expect(retries()).toBe(1);
    backend.failNext("historyDelete", fakeError("connection_lost", "The file is locked."));
    chooseAction("history-actions", "delete");
    await click("history-delete-confirm");
    await screen.findByText("The file is locked.");
    expect(retries()).toBe(0);
  });
});
