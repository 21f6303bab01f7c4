/** Every command that a click waits for is shown, and none that no click started. */
import { afterEach, expect, it } from "vitest";
import type { Backend } from "../ipc/backend";
import { commands } from "../ipc/generated/commands";
import { createClickActivity } from "./clickActivity";

type Name = keyof typeof commands;

/** A task of its own, as the next event has. */
const nextTask = () => new Promise((resolve) => setTimeout(resolve));

/** A backend whose commands answer when the test says so. */
function slowBackend() {
  const waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const slow = () =>
    new Promise<void>((resolve, reject) => {
      waiting.push({ resolve, reject });
    });
  const backend = Object.fromEntries(Object.keys(commands).map((name) => [name, slow]));
  return {
    backend: backend as unknown as Backend,
    answer: () => waiting.shift()?.resolve(),
    fail: () => waiting.shift()?.reject(new Error("no")),
  };
}

let end = () => {};
afterEach(() => end());

function observed() {
  const { backend, answer, fail } = slowBackend();
  const activity = createClickActivity();
  const stop = activity.watch(document);
  const calls = activity.observe(backend) as unknown as Record<Name, () => Promise<void>>;
  const button = document.createElement("button");
  document.body.append(button);
  // Test files share the document.
  end = () => {
    stop();
    button.remove();
  };
  return { activity, calls, button, answer, fail };
}

it.each(Object.keys(commands) as Name[])(
  "a click that calls %s is answered at once",
  async (name) => {
    const { activity, calls, button, answer } = observed();
    button.addEventListener("click", () => void calls[name]());
    button.click();
    expect(activity.isBusy()).toBe(true);
    await nextTask();
    expect(activity.isBusy()).toBe(true);
    answer();
    await nextTask();
    await nextTask();
    expect(activity.isBusy()).toBe(false);
  },
);

it("counts the commands that follow, and notifies its listeners once", async () => {
  const { activity, calls, button, answer } = observed();
  let notified = 0;
  activity.subscribe(() => {
    notified += 1;
  });
  button.addEventListener("click", async () => {
    await calls.savePathChoose();
    await calls.migrationPlanExport();
  });
  button.click();
  await nextTask();
  answer();
  await nextTask();
  await nextTask();
  expect(activity.isBusy()).toBe(true);
  expect(notified).toBe(1);
  answer();
  await nextTask();
  await nextTask();
  expect(activity.isBusy()).toBe(false);
  expect(notified).toBe(2);
});

it("follows a key as it follows a click, and ends when the command fails", async () => {
  const { activity, calls, button, fail } = observed();
  button.addEventListener("keydown", () => void calls.jobsList().catch(() => {}));
  button.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  expect(activity.isBusy()).toBe(true);
  fail();
  await nextTask();
  await nextTask();
  expect(activity.isBusy()).toBe(false);
});

it("doesn’t count what no click started", async () => {
  const { activity, calls, button } = observed();
  button.click();
  await nextTask();
  void calls.jobsList();
  expect(activity.isBusy()).toBe(false);
});
