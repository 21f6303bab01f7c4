import { act, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import axe from "axe-core";
import { expect } from "vitest";
import { App } from "../app/App";
import { createFakeBackend, type FakeBackend, type FakeOptions } from "../ipc/fakeBackend";

/** The whole window on a backend in memory. */
export function openWindow(options: FakeOptions = {}): FakeBackend & { unmount: () => void } {
  const backend = createFakeBackend({ settings: { welcomed: true }, ...options });
  const { unmount } = render(<App backend={backend} />);
  return Object.assign(backend, { unmount });
}

/** An element by its test id, once it is there. */
export function byId(id: string): Promise<HTMLElement> {
  return screen.findByTestId(id, undefined, { timeout: 5000 });
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
  return waitFor(
    () => {
      const found = document.querySelector<HTMLElement>(selector);
      if (found === null) {
        throw new Error(`nothing is ${selector}`);
      }
      return found;
    },
    { timeout: 5000 },
  );
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

/** Fails where axe finds something that keeps people out. */
export async function expectAccessible(): Promise<void> {
  const { violations } = await axe.run(document.body, {
    // Styles are not loaded here: there are no colours, and of the two lists of steps that a
    // wizard has for wide and narrow windows none is hidden.
    rules: {
      "color-contrast": { enabled: false },
      region: { enabled: false },
      "landmark-unique": { enabled: false },
    },
  });
  const found = violations.map(
    (one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`,
  );
  expect(found).toEqual([]);
}
