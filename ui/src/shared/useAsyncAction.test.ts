import { act, renderHook } from "@testing-library/react";
import { expect, it } from "vitest";
import { useAsyncAction } from "./useAsyncAction";

/** An action that ends when the test says so. */
function pending() {
  let end = { resolve: () => {}, reject: (_: Error) => {} };
  const promise = new Promise<void>((resolve, reject) => {
    end = { resolve, reject };
  });
  return { work: () => promise, ...end };
}

it("shows the running action in its button, and disables those of the others", async () => {
  const { result } = renderHook(() => useAsyncAction());
  const verify = pending();
  let succeeded: Promise<boolean> | undefined;
  act(() => {
    succeeded = result.current.run(verify.work, "verify");
  });
  expect([result.current.busy, result.current.running]).toEqual([true, "verify"]);
  expect(result.current.buttonState("verify")).toEqual({ loading: true, disabled: false });
  expect(result.current.buttonState("resume")).toEqual({ loading: false, disabled: true });
  await act(async () => verify.resolve());
  expect(await succeeded).toBe(true);
  expect(result.current.buttonState("resume")).toEqual({ loading: false, disabled: false });
});

it("runs until the last action has ended, and keeps the error of each", async () => {
  const { result } = renderHook(() => useAsyncAction());
  const [open, resume] = [pending(), pending()];
  act(() => void result.current.run(open.work, "open"));
  act(() => void result.current.run(resume.work, "resume"));
  await act(async () => open.reject(new Error("gone")));
  expect(result.current.running).toBe("resume");
  expect(result.current.error).toEqual(new Error("gone"));
  await act(async () => resume.resolve());
  expect(result.current.running).toBeNull();
  act(() => result.current.dismiss());
  expect(result.current.error).toBeNull();
});
