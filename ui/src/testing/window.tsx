/**
 * Opens the whole window with the fake backend, and finds, clicks and reads what is on the screen.
 */
import { act, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { expect } from "vitest";
import { App } from "../app/App";
import { emptyDraft } from "../features/migrate/wizard/draft";
import { createFakeBackend, type FakeBackend, type FakeOptions } from "../ipc/fakeBackend";
import type { JobSnapshot, SelectedImage } from "../ipc/generated";
import { accessibilityViolations } from "./accessibility";

/** Images of the practice account. */
export const pgcli: SelectedImage = { repository: "dencold/pgcli", tag: "latest" };
export const storefront: SelectedImage = { repository: "dencold/storefront", tag: "1.9.1" };

/** Renders the window with a fake backend. */
export function openWindow(options: FakeOptions = {}): FakeBackend & { unmount: () => void } {
  const backend = createFakeBackend({ settings: { welcomed: true }, ...options });
  const { unmount } = render(<App backend={backend} />);
  return Object.assign(backend, { unmount });
}

/** The draft of a window at Review, with these images of the practice account. */
export function draftAtReview(...images: readonly SelectedImage[]) {
  return {
    ...emptyDraft,
    step: "review",
    connection: { kind: "practice" },
    source: { kind: "practice_account" },
    images,
  };
}

/** Renders the window at Review of these images, and waits for the plan. */
export async function openReview(images: readonly SelectedImage[], options: FakeOptions = {}) {
  const backend = openWindow({ draft: draftAtReview(...images), ...options });
  await byId("plan-images");
  return backend;
}

/** Waits for an element by its test ID. */
export function byId(id: string): Promise<HTMLElement> {
  return screen.findByTestId(id);
}

/** Waits for an element by its test ID and clicks it when it accepts a click: a button that loads ignores it. */
export async function click(id: string): Promise<void> {
  const element = await waitFor(() => {
    const found = screen.getByTestId(id);
    if (found.getAttribute("aria-disabled") === "true") {
      throw new Error(`${id} accepts no click`);
    }
    return found;
  });
  fireEvent.click(element);
}

/** Waits for an element by selector. Queries by role take a second each on a page of this size. */
export async function find(selector: string): Promise<HTMLElement> {
  return waitFor(() => {
    const found = document.querySelector<HTMLElement>(selector);
    if (found === null) {
      throw new Error(`nothing is ${selector}`);
    }
    return found;
  });
}

/** Waits for the check box or radio button of a table row by its accessible name. */
export async function box(name: string): Promise<HTMLInputElement> {
  return (await find(
    `label[aria-label="${name}"] input, input[aria-label="${name}"]`,
  )) as HTMLInputElement;
}

/** Selects a table row by its accessible name. */
export async function tick(name: string): Promise<void> {
  fireEvent.click(await box(name));
}

/** Expands a repository and selects one tag. */
export async function chooseTag(repository: string, tag: string): Promise<void> {
  const open = await find(`button[aria-label$=" tags of ${repository}"]`);
  if (open.getAttribute("aria-expanded") === "false") {
    fireEvent.click(open);
  }
  await tick(`Select ${repository}:${tag}`);
}

/** Whether the first image is being sent. */
export const sending = ({ progress }: JobSnapshot) => progress.sent_bytes > 100_000;

/** Starts the plan and plays events: all, or until the job is as wanted. */
export async function start(
  backend: FakeBackend,
  until?: (job: JobSnapshot) => boolean,
): Promise<void> {
  await click("wizard-start");
  await byId("job");
  await waitFor(() => expect(backend.followers()).toBe(1));
  act(() => backend.play(until));
}

/** Opens the details of an image in the result. */
export async function showDetails(image: number): Promise<void> {
  const row = (await byId(`result-${image}`)).closest("tr");
  const button = row?.querySelector<HTMLElement>('button[aria-expanded="false"]');
  if (button) {
    fireEvent.click(button);
  }
}

export async function textOf(id: string): Promise<string> {
  return (await byId(id)).textContent ?? "";
}

export async function goTo(page: string): Promise<void> {
  fireEvent.click(within(await byId("navigation")).getByText(page));
}

/** Fails if axe finds an accessibility problem in the window or a part of it. */
export async function expectAccessible(part: Element = document.body): Promise<void> {
  expect(await accessibilityViolations(part)).toEqual([]);
}
