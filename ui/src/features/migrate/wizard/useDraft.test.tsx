import { act, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { BackendProvider } from "../../../ipc";
import { createFakeBackend } from "../../../ipc/fakeBackend";
import { useDraft } from "./useDraft";

beforeEach(() => void vi.useFakeTimers());

/** The draft of a window, the prefixes that were written so far, and a way to change it. */
async function opened() {
  const backend = createFakeBackend();
  const view = renderHook(({ keep }) => useDraft(keep), {
    initialProps: { keep: true },
    wrapper: ({ children }: { children: ReactNode }) => (
      <BackendProvider backend={backend}>{children}</BackendProvider>
    ),
  });
  await act(async () => {});
  const written = () =>
    backend.calls
      .filter(({ method }) => method === "draftSet")
      .map(({ args }) => (args[0] as { prefix: string }).prefix);
  const type = (prefix: string) =>
    act(async () => view.result.current.dispatch({ type: "prefix_changed", prefix }));
  const pass = (ms: number) => act(async () => vi.advanceTimersByTime(ms));
  return { ...view, backend, written, type, pass };
}

describe("the draft that is kept", () => {
  it("is written at the first change, and not before one", async () => {
    const { written, type, pass } = await opened();
    await pass(1000);
    expect(written()).toEqual([]);
    await type("a");
    expect(written()).toEqual(["a"]);
    await pass(1000);
    expect(written()).toEqual(["a"]);
  });

  it("is written once for changes that follow each other fast, the newest last", async () => {
    const { written, type, pass } = await opened();
    for (const prefix of ["a", "ab", "abc", "abcd"]) {
      await type(prefix);
      await pass(30);
    }
    expect(written()).toEqual(["a"]);
    await pass(40);
    expect(written()).toEqual(["a", "abcd"]);
    await type("abcde");
    expect(written()).toEqual(["a", "abcd"]);
    await pass(150);
    expect(written()).toEqual(["a", "abcd", "abcde"]);
    await pass(150);
    await type("x");
    expect(written().at(-1)).toBe("x");
  });

  it.each([
    ["the page goes away", () => window.dispatchEvent(new Event("pagehide"))],
    ["the window is closed", () => window.dispatchEvent(new Event("beforeunload"))],
    [
      "the window is hidden",
      () => {
        vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
        document.dispatchEvent(new Event("visibilitychange"));
      },
    ],
  ])("is written at once when %s", async (_what, leave) => {
    const { written, type, pass } = await opened();
    await type("a");
    await type("ab");
    act(() => void leave());
    expect(written()).toEqual(["a", "ab"]);
    await pass(1000);
    expect(written()).toEqual(["a", "ab"]);
  });

  it("is written at once when what shows it goes", async () => {
    const { written, type, unmount } = await opened();
    await type("a");
    await type("ab");
    unmount();
    expect(written()).toEqual(["a", "ab"]);
  });

  it("isn't written once the setting is off", async () => {
    const { written, type, pass, rerender } = await opened();
    await type("a");
    await type("ab");
    rerender({ keep: false });
    await pass(1000);
    expect(written()).toEqual(["a"]);
  });

  it("is written again at the next change where it could not be written", async () => {
    const { backend, written, type, pass } = await opened();
    vi.spyOn(backend, "draftSet").mockRejectedValueOnce(new Error("the disk is full"));
    await type("a");
    await pass(1000);
    expect(written()).toEqual([]);
    await type("a");
    expect(written()).toEqual(["a"]);
  });
});
