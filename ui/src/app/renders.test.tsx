/** A click renders what changes, however many rows are beside it. */
import { act, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { percentOf } from "../features/migrate";
import { emptyDraft, type StepId } from "../features/migrate/wizard/draft";
import { rendersOf } from "../testing/renderCount";
import { byId, click, find, openReview, openWindow, pgcli, start, textOf } from "../testing/window";

const few = 5;
const many = 15;

const tables: Partial<Record<StepId, string>> = {
  images: "images-table",
  repositories: "repositories-table",
  review: "plan-images",
};

/** Counts what a click renders on a step with this number of repositories. */
async function rendersOn(step: StepId, rows: number, id: string): Promise<number> {
  const repositories = Array.from({ length: rows }, (_, at) => `team/app-${at}`);
  const { unmount } = openWindow({
    draft: {
      ...emptyDraft,
      step,
      connection: { kind: "practice" },
      source: { kind: "practice_account" },
      typedRepositories: repositories,
      images: repositories.map((repository) => ({ repository, tag: "latest" })),
    },
    answers: {
      repositoryNamesPropose: async () => ({
        names: repositories.map((name) => ({ source_repository: name, name, rules: [] })),
        problems: [],
      }),
      migrationStart: () => new Promise(() => {}),
    },
  });
  await byId(tables[step] ?? "");
  await act(async () => {});
  const button = await byId(id);
  await waitFor(() => expect(button.getAttribute("aria-disabled")).not.toBe("true"));
  const count = await rendersOf(async () => {
    await act(async () => button.click());
  });
  unmount();
  return count;
}

describe("a click", () => {
  it.each<[StepId, string]>([
    ["repositories", "template-open"],
    ["repositories", "rename-panel-open"],
    ["images", "rules-open"],
    ["images", "extent-open"],
    ["review", "wizard-start"],
  ])("on the step %s renders no rows: %s", async (step, id) => {
    const [short, long] = [await rendersOn(step, few, id), await rendersOn(step, many, id)];
    expect(short).toBeGreaterThan(0);
    expect(long).toBe(short);
  });
});

it("the progress of a migration renders no other page, and no top bar", async () => {
  const backend = await openReview([pgcli]);
  await start(backend, ({ steps_under_way }) => steps_under_way.includes("push"));
  for (const [page, component] of [
    ["profiles", "ProfilesPage"],
    ["settings", "SettingsPage"],
    ["friendlyName", "FriendlyNamePage"],
  ] as const) {
    const link = await find(`a[href="#${page}"]`);
    const opened = await rendersOf(async () => {
      await act(async () => link.click());
    }, component);
    expect(opened).toBeGreaterThan(0);
    await act(async () => {});
    const before = await textOf("nav-percent");
    const percent = Number.parseInt(before, 10);
    const rendered = await rendersOf(
      async () => {
        act(() => backend.play((job) => percentOf(job) > percent));
        await waitFor(async () => expect(await textOf("nav-percent")).not.toBe(before));
      },
      component,
      "TopBar",
    );
    expect(rendered, page).toBe(0);
  }
});

it("a step of the wizard renders no top bar", async () => {
  await openReview([pgcli]);
  const step = async () => {
    await click("wizard-back");
    await byId("repositories-table");
  };
  expect(await rendersOf(step, "TopBar")).toBe(0);
});
