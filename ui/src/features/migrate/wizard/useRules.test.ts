import { act, renderHook } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import type { Backend } from "../../../ipc";
import type { ChosenTags, ImageSource, Selection } from "../../../ipc/generated";
import { noResult } from "../steps/rulesResult";
import { useRules } from "./useRules";

const selection = { repositories: [], rules: {} } as unknown as Selection;
const chosen = { images: [], size_bytes: 1, sizes_unknown: 0 } as unknown as ChosenTags;

/** The rules of a source whose program answers when the test says so. */
function rulesOf(source: ImageSource) {
  let answer: (chosen: ChosenTags | null) => void = () => {};
  const sourceChooseCancel = vi.fn(async () => {});
  const backend = {
    sourceChoose: () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
    sourceChooseCancel,
  } as Partial<Backend> as Backend;
  const view = renderHook(({ key }) => useRules(backend, key), {
    initialProps: { key: JSON.stringify(source) },
  });
  return { ...view, sourceChooseCancel, answer: () => act(async () => answer(chosen)) };
}

const hub: ImageSource = { kind: "docker_hub", namespace: "a" };

it("stops reading a source that is no longer chosen, and selects nothing", async () => {
  const { result, rerender, answer, sourceChooseCancel } = rulesOf(hub);
  const taken = vi.fn();
  act(() => void result.current.choose(hub, selection, taken));
  expect(result.current.result.loading).toBe(true);
  rerender({ key: "another" });
  expect(sourceChooseCancel).toHaveBeenCalledOnce();
  await answer();
  expect(taken).not.toHaveBeenCalled();
  expect(result.current.result).toEqual(noResult);
});

it("shows a result only for the source that was read", async () => {
  const { result, rerender, answer } = rulesOf(hub);
  act(() => void result.current.choose(hub, selection, null));
  await answer();
  expect(result.current.result.chosen).toBe(chosen);
  rerender({ key: "another" });
  expect(result.current.result).toEqual(noResult);
});
