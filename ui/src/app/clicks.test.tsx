/**
 * Every click changes the screen at once, also when the program takes its time. Each row opens a screen,
 * holds every later answer, and clicks.
 */
import createWrapper from "@cloudscape-design/components/test-utils/dom";
import { act, render } from "@testing-library/react";
import { expect, it } from "vitest";
import type { Backend } from "../ipc/backend";
import { jobRecording } from "../ipc/fake/jobRecording";
import {
  createFakeBackend,
  type FakeBackend,
  type FakeOptions,
  fakeError,
} from "../ipc/fakeBackend";
import { commands } from "../ipc/generated/commands";
import { interruptedEntry } from "../testing/historyEntry";
import { report, selectRow } from "../testing/historyPage";
import { byId, click, draftAtReview, goTo, pgcli, sending, start, tick } from "../testing/window";
import { App } from "./App";

/** Renders the window, and returns the fake and a function after which no command answers. */
function openSlowWindow(options: FakeOptions) {
  const fake = createFakeBackend({ settings: { welcomed: true }, ...options });
  let isSlow = false;
  const backend: Backend = new Proxy(fake, {
    get(target, name) {
      const method = Reflect.get(target, name);
      const isCommand = String(name) in commands && name !== "jobFollow";
      return isCommand
        ? (...args: unknown[]) => (isSlow ? new Promise(() => {}) : method(...args))
        : method;
    },
  });
  render(<App backend={backend} />);
  return {
    fake,
    slow: () => {
      isSlow = true;
    },
  };
}

/** What a user sees, without the line below the top bar: texts, and the states of controls. */
function visible(): string {
  const states = [...document.querySelectorAll<HTMLElement>("button, a, input, [role]")].map(
    (one) =>
      [
        "aria-expanded",
        "aria-selected",
        "aria-checked",
        "aria-disabled",
        "aria-current",
        "disabled",
      ]
        .map((name) => String(one.getAttribute(name)))
        .join(),
  );
  const spinners = document.querySelectorAll('[class*="awsui_circle"]').length;
  return [document.body.textContent, spinners, ...states].join("\n");
}

interface Click {
  name: string;
  options?: FakeOptions;
  open: (fake: FakeBackend) => Promise<unknown>;
  click: () => unknown;
  /** The words of the pending state. Without them, any change is an answer. */
  says?: string;
  /** `false` if the page of the control is replaced. The focus then starts at the top, as in a browser. */
  keepsFocus?: false;
}

const history: FakeOptions = {
  history: [interruptedEntry],
  answers: { historyReport: async () => report },
};
const atReview: FakeOptions = { draft: draftAtReview(pgcli) };
const oneFails: FakeOptions = {
  ...atReview,
  jobRecording: (plan) => jobRecording(plan, { 0: fakeError("connection_lost", "It broke.") }),
};
const toHistory = async () => {
  await goTo("History");
  await selectRow(1);
};
const toReport = async () => {
  await toHistory();
  await click("history-open");
  await byId("report-verify");
};
const toJob = async (fake: FakeBackend) => {
  await byId("plan-images");
  await start(fake, sending);
  await byId("job-image-0");
};
const toResult = async (fake: FakeBackend) => {
  await byId("plan-images");
  await start(fake);
  await byId("result");
};
const inPractice = async (page: string) => {
  await tick("Use Practice");
  await byId("identity-account");
  await goTo(page);
};
const item = (menu: string, id: string) => () => {
  const found = createWrapper().findButtonDropdown(`[data-testid="${menu}"]`);
  act(() => found?.openDropdown());
  const before = visible();
  act(() => found?.findItemById(id)?.click());
  return before;
};
const on = (id: string) => () => click(id);
const nowhere = async () => {};

const clicks: readonly Click[] = [
  {
    name: "Practice",
    options: { settings: { welcomed: false } },
    open: () => byId("card-practice"),
    click: on("card-practice"),
  },
  {
    name: "Start",
    options: atReview,
    open: () => byId("plan-images"),
    click: on("wizard-start"),
  },
  { name: "Pause", options: atReview, open: toJob, click: on("job-pause"), says: "Pausing…" },
  {
    name: "Resume a job",
    options: atReview,
    open: async (fake) => {
      await toJob(fake);
      await click("job-pause");
      await byId("job-resume");
    },
    click: on("job-resume"),
    says: "Resuming…",
  },
  {
    name: "Stop",
    options: atReview,
    open: async (fake) => {
      await toJob(fake);
      await click("job-cancel");
    },
    click: on("job-stop-confirm"),
    says: "Stopping…",
  },
  { name: "Retry failed images", options: oneFails, open: toResult, click: on("retry-failed") },
  {
    name: "Undo",
    options: atReview,
    open: toResult,
    click: on("undo-migration"),
    says: "Checking the current state in ECR",
  },
  {
    name: "Export report",
    options: atReview,
    open: toResult,
    click: item("export-report", "html"),
  },
  {
    name: "View repositories",
    options: atReview,
    open: toResult,
    click: on("show-repositories"),
    says: "Loading repositories",
    keepsFocus: false,
  },
  { name: "Refresh history", options: history, open: toHistory, click: on("history-reload") },
  { name: "View report", options: history, open: toHistory, click: on("history-open") },
  { name: "Run again", options: history, open: toHistory, click: item("history-actions", "again") },
  {
    name: "Resume from the history",
    options: history,
    open: toHistory,
    click: on("history-resume"),
  },
  { name: "Verify again", options: history, open: toReport, click: on("report-verify") },
  {
    name: "Run again from the report",
    options: history,
    open: toReport,
    click: on("report-again"),
  },
  {
    name: "Confirm an undo",
    options: atReview,
    open: async (fake) => {
      await toResult(fake);
      await click("undo-migration");
      await byId("undo-confirm");
    },
    click: on("undo-confirm"),
  },
  {
    name: "Refresh repositories",
    open: () => inPractice("Repositories"),
    click: on("repositories-refresh"),
  },
  { name: "Save and test", open: () => goTo("Settings"), click: on("settings-engine-test") },
  {
    name: "Start practice servers",
    open: () => goTo("Settings"),
    click: on("settings-practice-start"),
  },
  {
    name: "Add example repositories",
    open: () => goTo("Settings"),
    click: on("settings-practice-examples"),
  },
  ...["Repositories", "History", "Saved profiles", "Friendly name", "Settings"].map((page) => ({
    name: `to ${page}`,
    open: nowhere,
    click: () => goTo(page),
  })),
];

it.each(clicks)("$name", async ({ options = {}, open, click: act, says, keepsFocus }) => {
  const { fake, slow } = openSlowWindow(options);
  await byId("navigation");
  let clicked: Element | null = null;
  const note = ({ target }: Event) => {
    clicked = target instanceof Element ? target.closest("button, a, input") : null;
    // As the browser does it for a pointer and for a key.
    if (clicked instanceof HTMLElement) {
      clicked.focus();
    }
  };
  document.addEventListener("click", note, true);
  await open(fake);
  slow();
  const before = visible();
  const opened = await act();
  document.removeEventListener("click", note, true);
  const after = visible();
  expect(after).not.toBe(typeof opened === "string" ? opened : before);
  if (says !== undefined) {
    expect(document.body.textContent).toContain(says);
  }
  // The program hasn't answered: the control that was clicked must keep the keyboard focus, unless it is gone with its
  // page or dialog, or opened a dialog that has it.
  expect((clicked as Element | null)?.closest("body :disabled") ?? null).toBeNull();
  if (keepsFocus !== false) {
    expect(document.activeElement).not.toBe(document.body);
  }
});
