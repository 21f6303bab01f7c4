import { act, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { expect } from "vitest";
import { App } from "../app/App";
import { createFakeBackend, type FakeBackend, type FakeOptions } from "../ipc/fakeBackend";
import { accessibilityViolations } from "./accessibility";

/** The whole window on a backend in memory. */
export function openWindow(options: FakeOptions = {}): FakeBackend & { unmount: () => void } {
  const backend = createFakeBackend({ settings: { welcomed: true }, ...options });
  const { unmount } = render(<App backend={backend} />);
  return Object.assign(backend, { unmount });
}

/** An element by its test id, once it is there. */
export function byId(id: string): Promise<HTMLElement> {
  return screen.findByTestId(id);
}

/** Clicks an element by its test id, once it is there. */
export async function click(id: string): Promise<void> {
  fireEvent.click(await byId(id));
}

/**
 * An element by a selector, once it is there. Queries by role are thorough and slow: on a page
 * like this one they take a second each.
 */
export async function find(selector: string): Promise<HTMLElement> {
  return waitFor(() => {
    const found = document.querySelector<HTMLElement>(selector);
    if (found === null) {
      throw new Error(`nothing is ${selector}`);
    }
    return found;
  });
}

/** Ticks or chooses a row of a table by its accessible name. */
export async function tick(name: string): Promise<void> {
  fireEvent.click(await find(`label[aria-label="${name}"] input`));
}

/** Opens a repository of the source and ticks one tag of it. */
export async function chooseTag(repository: string, tag: string): Promise<void> {
  const open = await find(`button[aria-label$=" tags of ${repository}"]`);
  if (open.getAttribute("aria-expanded") === "false") {
    fireEvent.click(open);
  }
  await tick(`Select ${repository}:${tag}`);
}

/** Goes from the first step in practice to Review with the tags given. */
export async function toReview(tags: readonly (readonly [string, string])[]): Promise<void> {
  await tick("Use Practice");
  await byId("identity-account");
  await click("wizard-next");
  for (const [repository, tag] of tags) {
    await chooseTag(repository, tag);
  }
  await click("wizard-next");
  await byId("repositories-table");
  await click("wizard-next");
  await byId("login-registry");
  await click("wizard-next");
  await byId("plan-images");
}

/** Starts the plan and plays the job: so many events, or to the end. */
export async function start(backend: FakeBackend, events?: number): Promise<void> {
  await click("wizard-start");
  await byId("job");
  await waitFor(() => expect(backend.followers()).toBe(1));
  act(() => backend.play(events));
}

/** Text of an element with a test id. */
export async function textOf(id: string): Promise<string> {
  return (await byId(id)).textContent ?? "";
}

/** Opens a page by the navigation. */
export async function goTo(page: string): Promise<void> {
  fireEvent.click(within(await byId("navigation")).getByText(page));
}

/** Fails where axe finds something that keeps people out; in the whole window or a part of it. */
export async function expectAccessible(part: Element = document.body): Promise<void> {
  expect(await accessibilityViolations(part)).toEqual([]);
}
