import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { useSettledWidth } from "./useSettledWidth";

const { innerWidth } = window;

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  window.innerWidth = innerWidth;
});

/** A measured table in a window of 1280 pixels, and what changes its width. */
function measuredTable() {
  window.innerWidth = 1280;
  const { result } = renderHook(() => useSettledWidth(false));
  const measure = (width: number) => act(() => result.current[1](width));
  measure(1000);
  return {
    width: () => result.current[0],
    measure,
    resizeWindow(by: number) {
      window.innerWidth += by;
      measure((result.current[0] ?? 0) + by);
    },
  };
}

it("follows a new size of the window at once", () => {
  const table = measuredTable();
  table.resizeWindow(-256);
  expect(table.width()).toBe(744);
});

it("follows the last size while an edge of the window is dragged", () => {
  const table = measuredTable();
  table.resizeWindow(-50);
  table.resizeWindow(-50);
  expect(table.width()).toBe(950);
  act(() => vi.runAllTimers());
  expect(table.width()).toBe(900);
});

it("follows a panel that opens beside the table when it has ended", () => {
  const table = measuredTable();
  table.measure(800);
  table.measure(620);
  expect(table.width()).toBe(1000);
  act(() => vi.runAllTimers());
  expect(table.width()).toBe(620);
});
