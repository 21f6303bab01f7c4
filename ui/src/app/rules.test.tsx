import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { emptyDraft } from "../features/migrate/wizard/draft";
import type { ChosenTags } from "../ipc/generated";
import { byId, click, expectAccessible, find, openWindow, textOf, tick } from "../testing/window";

const draft = {
  ...emptyDraft,
  step: "images",
  connection: { kind: "practice" },
  source: { kind: "practice_account" },
};

async function openRules(): Promise<void> {
  await byId("rules");
  act(() =>
    createWrapper().findExpandableSection('[data-testid="rules"]')?.findExpandButton().click(),
  );
}

/** The rules, opened, and a source whose reading waits. */
async function reading() {
  const held: { finish: (chosen: ChosenTags | null) => void } = { finish: () => {} };
  const backend = openWindow({
    draft,
    answers: {
      sourceChoose: (_source, _selection, _attempt, onProgress) => {
        onProgress({ repositories: 300, repositories_read: 120, tags: 2400 });
        return new Promise((resolve) => {
          held.finish = resolve;
        });
      },
    },
  });
  await openRules();
  await click("rules-apply");
  await byId("rules-progress");
  const named = (method: string) => backend.calls.find((call) => call.method === method);
  return { held, named };
}

describe("choosing by rules in a large account", () => {
  it("says how much of it was read, and is stopped on request", async () => {
    const { held, named } = await reading();
    expect(await textOf("rules-progress")).toContain("120 of 300 repositories read, 2,400 tags");
    await expectAccessible(await byId("rules-progress"));
    await click("rules-stop");
    expect(named("sourceChooseCancel")?.args[0]).toBe(named("sourceChoose")?.args[2]);
    expect(screen.queryByTestId("rules-progress")).toBeNull();
    act(() => held.finish(null));
    expect(screen.queryByTestId("rules-result")).toBeNull();
  });

  it("ends when the user opens another page, and selects nothing", async () => {
    const { held, named } = await reading();
    await click("wizard-back");
    expect(named("sourceChooseCancel")?.args[0]).toBe(named("sourceChoose")?.args[2]);
    act(() =>
      held.finish({
        images: [{ repository: "dencold/pgcli", tag: "latest" }],
        size_bytes: 1,
        sizes_unknown: 0,
        out: [],
        unread: [],
      }),
    );
    await click("wizard-next");
    await byId("rules");
    expect(screen.queryByTestId("rules-result")).toBeNull();
  });
});

describe("what was chosen by rules", () => {
  it("is said with its size, and shown at repositories whose tags nobody has read", async () => {
    const backend = openWindow({ draft });
    await find('label[aria-label="Select dencold/pgcli"] input');
    await openRules();
    await click("rules-apply");
    const size = /selected, ([\d.]+ \w*B)\./.exec(await textOf("rules-result"))?.[1];
    expect(size).toBeDefined();
    const summary = await textOf("selection-summary");
    expect(summary).toContain(`selected, ${size}`);
    expect(summary).not.toContain("not known");
    const box = await find('label[aria-label="Select dencold/pgcli"] input');
    expect((box as HTMLInputElement).checked).toBe(true);
    expect(await textOf("chosen-dencold/pgcli")).toMatch(/^\d+ tags? selected$/);
    expect(backend.calls.some((call) => call.method === "sourceTags")).toBe(false);
    await tick("Select dencold/pgcli");
    await waitFor(() => expect((box as HTMLInputElement).checked).toBe(false));
    expect(screen.queryByTestId("chosen-dencold/pgcli")).toBeNull();
  });
});
