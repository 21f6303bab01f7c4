import { act } from "@testing-library/react";
import { vi } from "vitest";

/** Gives all elements a width until the test ends, and returns what resizes them, with fake timers. */
export function resizableWidth(start: number): (pixels: number) => void {
  const measured: (() => void)[] = [];
  class Observer {
    constructor(onResize: () => void) {
      // Those of Cloudscape read what was observed.
      if (onResize.length === 0) measured.push(onResize);
    }
    observe() {}
    unobserve() {}
    disconnect() {}
  }
  vi.stubGlobal("ResizeObserver", Observer);
  const width = vi.spyOn(Element.prototype, "clientWidth", "get").mockReturnValue(start);
  return (pixels) => {
    width.mockReturnValue(pixels);
    act(() => {
      for (const measure of measured) measure();
      vi.advanceTimersByTime(1_000);
    });
  };
}
