import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { emptyDraft } from "../features/migrate/wizard/draft";
import { interruptedEntry } from "../testing/historyEntry";
import { chooseAction, report, selectRow, table, undoneEntry } from "../testing/historyPage";
import { requestFor } from "../testing/request";
import {
  byId,
  click,
  expectAccessible,
  goTo,
  openReview,
  openWindow,
  pgcli,
  sending,
  start,
  textOf,
} from "../testing/window";

describe("the history", () => {
  it("resumes a stopped migration with its ID, and runs one again", async () => {
    const backend = await openReview([pgcli]);
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

  it("replaces what the wizard holds with a recorded migration, and gives it back", async () => {
    openWindow({
      history: [interruptedEntry],
      answers: { historyRequest: async () => requestFor("dencold/pgcli", "latest") },
      draft: {
        ...emptyDraft,
        step: "images",
        connection: { kind: "practice" },
        source: { kind: "practice_account" },
        images: [{ repository: "dencold/webapp", tag: "2.1.0" }],
      },
    });
    await byId("images-table");
    await goTo("History");
    await selectRow(1);
    chooseAction("history-actions", "again");
    await byId("plan-images");
    const undo = [...document.querySelectorAll("[data-testid=notices] button")].find(
      ({ textContent }) => textContent === "Undo",
    );
    const closeButtons = () => document.querySelectorAll('[aria-label="Close notification"]');
    expect(closeButtons()).toHaveLength(2);
    act(() => (undo as HTMLElement).click());
    await byId("images-table");
    // The notification fades.
    await waitFor(() => expect(closeButtons()).toHaveLength(1));
    expect(await textOf("selection-summary")).toContain("1 tag selected");
  });

  it("undoes a migration after showing what goes, and says so from then on", async () => {
    const backend = await openReview([pgcli]);
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
      "Delete 1 tag, 5 images, and 1 repository",
    );
    await expectAccessible();
    await click("undo-confirm");
    expect(await textOf("undo-report")).toContain("Deleted: 1 tag, 5 images, and 1 repository.");
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
      history: [interruptedEntry],
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
    const other = { ...interruptedEntry, migration: "migration-2" };
    const found = {
      migration: "migration-2",
      images: 3,
      source: "docker.io/acme/app:1.2",
      destination: "registry/team/app:1.2",
    };
    const texts: string[] = [];
    const backend = openWindow({
      history: [interruptedEntry, other],
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
    const backend = openWindow({ history: [interruptedEntry] });
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
