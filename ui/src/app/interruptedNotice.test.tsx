import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { createFakeBackend } from "../ipc/fakeBackend";
import { interruptedEntry } from "../testing/historyEntry";
import { chooseAction, selectRow, table, undoneEntry } from "../testing/historyPage";
import { byId, click, expectAccessible, goTo, openWindow } from "../testing/window";
import { App } from "./App";

describe("the notification of an interrupted migration", () => {
  it("tells of an interrupted migration at the start, and leads to it", async () => {
    openWindow({ history: [interruptedEntry] });
    const notice = await screen.findByText("Migration interrupted");
    expect(notice).toBeTruthy();
    act(() => screen.getByText("Open history").click());
    await waitFor(() => expect(table()?.findRows()).toHaveLength(1));
    const row = table()?.findRows()[0]?.getElement();
    expect(row?.textContent).toContain("Interrupted");
    // The number of images has the counts in its tooltip.
    const counts = row?.querySelector('[title*="3 verified equal, 1 failed, 1 unknown"]');
    expect(counts?.textContent).toBe("5");
    await waitFor(() => expect(screen.queryByText("Migration interrupted")).toBeNull());
    await expectAccessible();
  });

  it("stays where it is, and leads to the history, also while practice is started", async () => {
    const started: { practice: () => void } = { practice: () => {} };
    const backend = createFakeBackend({
      settings: { welcomed: true },
      history: [interruptedEntry],
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
    const backend = openWindow({ history: [interruptedEntry] });
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
    openWindow({ history: [interruptedEntry, { ...interruptedEntry, migration: "migration-0" }] });
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
});
