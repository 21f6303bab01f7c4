import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { emptyDraft } from "../features/migrate/wizard/draft";
import type { ChosenTags } from "../ipc/generated";
import { box, byId, click, expectAccessible, openWindow, textOf, tick } from "../testing/window";

const draft = {
  ...emptyDraft,
  step: "images",
  connection: { kind: "practice" },
  source: { kind: "practice_account" },
};

const openRules = () => click("rules-open");

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
    await waitFor(() => expect(screen.queryByTestId("rules-progress")).toBeNull());
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
        excluded: [],
        unread: [],
      }),
    );
    await click("wizard-next");
    await byId("rules-open");
    expect(screen.queryByTestId("rules-result")).toBeNull();
  });
});

describe("what was chosen by rules", () => {
  it("has a size, and partly selects repositories whose tags were not read", async () => {
    const backend = openWindow({ draft });
    await box("Select dencold/pgcli");
    await openRules();
    await click("rules-apply");
    const size = /selected, ([\d.]+ \w*B)\./.exec(await textOf("rules-result"))?.[1];
    expect(size).toBeDefined();
    const summary = await textOf("selection-summary");
    expect(summary).toContain(`selected, ${size}`);
    expect(await textOf("chosen-dencold/pgcli")).toMatch(/^\d+ selected$/);
    expect(backend.calls.some((call) => call.method === "sourceTags")).toBe(false);
    const partly = await box("Select dencold/pgcli");
    expect(partly.indeterminate).toBe(true);
    // The first click selects all tags, which are loaded for it, and the second one none.
    await tick("Select dencold/pgcli");
    await waitFor(() => expect(partly.checked && !partly.indeterminate).toBe(true));
    expect(await textOf("chosen-dencold/pgcli")).toMatch(/^(\d+) of \1$/);
    await tick("Select dencold/pgcli");
    await waitFor(() => expect(partly.checked).toBe(false));
    expect(await textOf("chosen-dencold/pgcli")).toMatch(/^0 of /);
  });
});

describe("the rules panel", () => {
  it("counts the images while rules are entered, selects them without reading again, and closes with Esc", async () => {
    const backend = openWindow({ draft });
    await openRules();
    expect((await byId("rules-open")).getAttribute("aria-expanded")).toBe("true");
    const field = (await byId("rule-newest")).querySelector("input") as HTMLInputElement;
    fireEvent.change(field, { target: { value: "1" } });
    expect(await textOf("rules-count")).toMatch(/images match, /);
    expect(await textOf("selection-summary")).toBe("No tags selected");
    await click("rules-apply");
    expect(await textOf("rules-result")).toMatch(/images selected, .*older tags? skipped/);
    expect(await textOf("selection-summary")).toMatch(/tags selected/);
    expect(backend.calls.filter(({ method }) => method === "sourceChoose")).toHaveLength(1);
    fireEvent.keyDown(field, { key: "Escape" });
    expect(screen.queryByTestId("rules-panel")).toBeNull();
  });
});
