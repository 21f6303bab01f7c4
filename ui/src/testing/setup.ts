// Before React, which looks for it once.
import "./renderCount";
import { configure } from "@testing-library/react";
import { afterEach, beforeEach, expect, type MockInstance, vi } from "vitest";
import { simplifyComputedStyle } from "./computedStyle";
import { observeLeftovers, resetEnvironment, takeLeftovers } from "./leftovers";

// The DOM in error messages is too long to read.
configure({
  getElementError: (message) => new Error(message?.slice(0, 300)),
  // Only failing tests wait this long. A busy machine renders slowly.
  asyncUtilTimeout: 20_000,
});

// The last hook: those of a test file run before it.
afterEach(() => {
  resetEnvironment();
  expect(takeLeftovers(), "a test left this behind").toEqual([]);
});

// Fails on duplicate keys, which React only logs.
let said: MockInstance<typeof console.error>;
beforeEach(() => {
  said = vi.spyOn(console, "error");
});
afterEach(() => {
  const keys = said.mock.calls.filter(([text]) => /the same key|unique "key" prop/.test(`${text}`));
  expect(keys).toEqual([]);
});

// jsdom has no layout. Cloudscape only requires that these exist.
class NoResizeObserver implements ResizeObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
}
globalThis.ResizeObserver ??= NoResizeObserver;
globalThis.matchMedia ??= (query: string) =>
  ({
    matches: false,
    media: query,
    onchange: null,
    addEventListener() {},
    removeEventListener() {},
    addListener() {},
    removeListener() {},
    dispatchEvent: () => false,
  }) satisfies MediaQueryList;
// jsdom has no CSS.escape. This is sufficient for the names on these pages.
globalThis.CSS ??= { escape: (text: string) => text.replace(/[^\w-]/g, "\\$&") } as typeof CSS;
Element.prototype.scrollIntoView ??= () => {};
Element.prototype.scrollTo ??= () => {};
Range.prototype.getBoundingClientRect ??= () =>
  document.createElement("div").getBoundingClientRect();
simplifyComputedStyle(window);
observeLeftovers();
resetEnvironment();
