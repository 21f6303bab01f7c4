import { act, renderHook, waitFor } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { useListedColumn } from "./useListedColumn";

const names = (count: number) => Array.from({ length: count }, (_, number) => `app-${number}`);

/** A column of rows in sight. `answers` replaces how a request ends. */
function column(inSight: number, isShown: boolean, answers: Record<number, Error> = {}) {
  const ask = vi.fn(async (asked: string[]) => {
    const error = answers[ask.mock.calls.length];
    if (error !== undefined) {
      throw error;
    }
    return asked.map((name) => ({ name }));
  });
  const view = renderHook(({ rows, shown }) => useListedColumn(rows, shown, ask), {
    initialProps: { rows: names(inSight), shown: isShown },
  });
  const sizes = () => ask.mock.calls.map(([asked]) => asked.length);
  return { ...view, ask, sizes };
}

it.each([
  [1, [1]],
  [100, [100]],
  [101, [100, 1]],
  [250, [100, 100, 50]],
])("reads %i rows in sight in requests of at most 100 rows", async (inSight, expected) => {
  const { ask, result, sizes } = column(inSight, true);
  await waitFor(() => expect(result.current.values.size).toBe(inSight));
  expect(sizes()).toEqual(expected);
  expect(ask.mock.calls.flatMap(([asked]) => asked)).toEqual(names(inSight));
});

it("reads only what wasn't read, and again what failed, was left or is reloaded", async () => {
  const refused = new Error("refused");
  const { ask, result, rerender, sizes } = column(0, false, { 2: refused });
  rerender({ rows: names(150), shown: false });
  rerender({ rows: names(150), shown: true });
  await waitFor(() => expect(result.current.error).toBe(refused));
  expect(result.current.values.size).toBe(100);
  rerender({ rows: names(160), shown: true });
  await waitFor(() => expect(result.current.values.size).toBe(160));
  expect(result.current.error).toBeNull();
  expect(sizes()).toEqual([100, 50, 60]);
  act(() => result.current.forget("app-7"));
  await waitFor(() => expect(ask.mock.calls.at(-1)?.[0]).toEqual(["app-7"]));
  act(() => result.current.reload());
  await waitFor(() => expect(sizes()).toEqual([100, 50, 60, 1, 100, 60]));
});
