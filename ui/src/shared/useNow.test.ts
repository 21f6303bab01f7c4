import { act, renderHook } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { useNow } from "./useNow";

describe("the clock of the window", () => {
  it("advances twice a minute, and when the user returns to the window", () => {
    vi.useFakeTimers({ now: 1_000_000 });
    const { result, unmount } = renderHook(useNow);
    expect(result.current).toBe(1_000_000);
    act(() => {
      vi.advanceTimersByTime(30_000);
    });
    expect(result.current).toBe(1_030_000);
    // The computer slept: timers didn't run.
    vi.setSystemTime(9_000_000);
    expect(result.current).toBe(1_030_000);
    act(() => {
      window.dispatchEvent(new Event("focus"));
    });
    expect(result.current).toBe(9_000_000);
    unmount();
  });
});
