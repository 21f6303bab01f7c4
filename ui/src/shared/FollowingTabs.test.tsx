import { useState } from "react";
import { flushSync } from "react-dom";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FollowingTabs } from "./FollowingTabs";

let place: HTMLElement;
let root: Root;

/** A field that forgets what was typed when it is removed. */
function Counter({ label }: { label: string }) {
  const [count, setCount] = useState(0);
  return (
    <button type="button" aria-label={label} onClick={() => setCount((before) => before + 1)}>
      {count}
    </button>
  );
}

beforeEach(() => {
  place = document.createElement("div");
  document.body.append(place);
  root = createRoot(place);
  // Renders outside of `act`, as in the window.
  flushSync(() =>
    root.render(
      <FollowingTabs
        ariaLabel="Plan"
        tabs={[
          {
            id: "kept",
            label: "Kept",
            contentRenderStrategy: "lazy",
            content: <Counter label="kept" />,
          },
          { id: "other", label: "Other", content: <Counter label="other" /> },
        ]}
      />,
    ),
  );
});

afterEach(() => {
  flushSync(() => root.unmount());
  place.remove();
});

const field = (label: string) => place.querySelector<HTMLElement>(`[aria-label=${label}]`);
const isShown = (label: string) => field(label)?.closest("[style*='display: none']") === null;
const tab = (id: string) => place.querySelector<HTMLElement>(`[data-testid=${id}]`);
const click = (element: HTMLElement | null) => flushSync(() => element?.click());
const drawn = (label: string) => vi.waitFor(() => expect(isShown(label)).toBe(true), 30_000);

it("selects a tab with the click, and draws its content afterwards", async () => {
  expect(isShown("kept")).toBe(true);
  expect(field("other")).toBeNull();
  click(tab("other"));
  expect(tab("other")?.getAttribute("aria-selected")).toBe("true");
  expect(field("other")).toBeNull();
  await drawn("other");
});

it("keeps the content of a lazy tab, and only that", async () => {
  click(field("kept"));
  click(tab("other"));
  await drawn("other");
  expect(isShown("kept")).toBe(false);
  click(field("other"));
  click(tab("kept"));
  expect(isShown("kept")).toBe(false);
  await drawn("kept");
  expect(field("kept")?.textContent).toBe("1");
  expect(field("other")).toBeNull();
  click(tab("other"));
  await drawn("other");
  expect(field("other")?.textContent).toBe("0");
});
