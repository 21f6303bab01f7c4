import { cleanup, configure } from "@testing-library/react";
import { afterEach, beforeEach, expect, type MockInstance, vi } from "vitest";

// The page behind a failed query is too long to read.
configure({
  getElementError: (message) => new Error(message?.slice(0, 300)),
  // Only a test that fails waits this long; a busy machine draws a page slowly.
  asyncUtilTimeout: 20_000,
});

afterEach(cleanup);

// React only says so where two children have one key; then it draws the wrong one.
let said: MockInstance<typeof console.error>;
beforeEach(() => {
  said = vi.spyOn(console, "error");
});
afterEach(() => {
  const keys = said.mock.calls.filter(([text]) => /the same key|unique "key" prop/.test(`${text}`));
  expect(keys).toEqual([]);
});

// jsdom has no layout. Cloudscape only needs these to exist.
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
// jsdom has no CSS.escape; names in these pages need no more than this.
globalThis.CSS ??= { escape: (text: string) => text.replace(/[^\w-]/g, "\\$&") } as typeof CSS;
if (typeof Element !== "undefined") {
  Element.prototype.scrollIntoView ??= () => {};
  Element.prototype.scrollTo ??= () => {};
}
