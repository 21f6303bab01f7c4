import { act, renderHook, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { useRequest } from "./useRequest";

/** A question whose answers the test gives by hand, in any order. */
function questions() {
  const open: { answer: (text: string) => void; fail: (error: unknown) => void }[] = [];
  const ask = vi.fn(() => new Promise<string>((answer, fail) => void open.push({ answer, fail })));
  const settle = (index: number, text: string) => act(async () => open[index]?.answer(text));
  const fail = (index: number, error: unknown) => act(async () => open[index]?.fail(error));
  return { ask, settle, fail };
}

describe("a request", () => {
  it("drops an answer that comes after another key was asked for", async () => {
    const { ask, settle } = questions();
    const { result, rerender } = renderHook(({ key }) => useRequest(key, ask), {
      initialProps: { key: "practice" },
    });
    rerender({ key: "prod" });
    expect(result.current.loading).toBe(true);
    await settle(1, "of prod");
    expect(result.current).toMatchObject({ answer: "of prod", loading: false });
    await settle(0, "of practice");
    expect(result.current).toMatchObject({ answer: "of prod", loading: false });
  });

  it("shows no answer of another key while it waits", async () => {
    const { ask, settle } = questions();
    const { result, rerender } = renderHook(({ key }) => useRequest(key, ask), {
      initialProps: { key: "practice" },
    });
    await settle(0, "of practice");
    rerender({ key: "prod" });
    expect(result.current).toMatchObject({ answer: null, loading: true });
  });

  it("keeps its answer while reloading, and when that fails", async () => {
    const { ask, settle, fail } = questions();
    const { result } = renderHook(() => useRequest("key", ask));
    await settle(0, "first");
    act(() => result.current.reload());
    expect(result.current).toMatchObject({ answer: "first", loading: true, error: null });
    const reason = new Error("refused");
    await fail(1, reason);
    expect(result.current).toMatchObject({ answer: "first", loading: false, error: reason });
    act(() => result.current.reload());
    await settle(2, "second");
    await waitFor(() =>
      expect(result.current).toMatchObject({ answer: "second", loading: false, error: null }),
    );
  });

  it("asks nothing without a key", () => {
    const { ask } = questions();
    const { result } = renderHook(() => useRequest(null, ask));
    expect(result.current).toMatchObject({ answer: null, loading: false, error: null });
    expect(ask).not.toHaveBeenCalled();
  });
});
