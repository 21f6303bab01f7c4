import { flushSync } from "react-dom";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { SidePanel } from "./SidePanel";

/** Renders outside of `act`, as in the window, after the effects of the rendering before. */
function render() {
  flushSync(() =>
    root.render(
      <SidePanel header="Settings" onClose={() => {}}>
        <input aria-label="first" />
      </SidePanel>,
    ),
  );
}

let place: HTMLElement;
let root: Root;

beforeEach(() => {
  place = document.createElement("div");
  document.body.append(place);
  root = createRoot(place);
  render();
});

afterEach(() => {
  flushSync(() => root.unmount());
  place.remove();
});

const field = () => place.querySelector<HTMLInputElement>("[aria-label=first]");

it("answers the click with its header, and draws its content afterwards", async () => {
  expect(place.textContent).toBe("Settings");
  expect(field()).toBeNull();
  expect(document.activeElement).toBe(place.querySelector("aside"));
  await vi.waitFor(() => expect(field()).not.toBeNull(), 30_000);
  await vi.waitFor(() => expect(document.activeElement).toBe(field()), 30_000);
});

it("leaves the focus where the user moved it meanwhile", async () => {
  const close = place.querySelector<HTMLButtonElement>("button[aria-label='Close: Settings']");
  close?.focus();
  await vi.waitFor(() => expect(field()).not.toBeNull(), 30_000);
  // Runs the effects of the rendering with the content.
  render();
  expect(document.activeElement).toBe(close);
});
