import { act, renderHook, waitFor } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import type { Backend } from "../ipc/backend";
import type { JobSnapshot, ListedJob } from "../ipc/generated";
import { useRunningJobs } from "./useRunningJobs";

function snapshot(job: string, sent: number, status: ListedJob["status"]): JobSnapshot & ListedJob {
  return {
    job,
    status,
    source: { kind: "docker_hub", namespace: job },
    progress: { total_bytes: 100, sent_bytes: sent, skipped_bytes: 0 },
    report: null,
    summary: null,
  } as unknown as JobSnapshot & ListedJob;
}

it("lists the followed job and the others with their percentages, and announces their end", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  let others = [snapshot("two", 30, "running")];
  const backend = { jobsList: async () => others } as Partial<Backend> as Backend;
  const notify = vi.fn(() => () => {});
  const open = vi.fn();
  const { result } = renderHook(() =>
    useRunningJobs(backend, true, snapshot("one", 45, "running"), notify, open),
  );
  const shown = () => result.current.map(({ job, percent }) => [job, percent]);
  await waitFor(() =>
    expect(shown()).toEqual([
      ["one", 45],
      ["two", 30],
    ]),
  );
  others = [snapshot("two", 60, "running")];
  await act(() => vi.advanceTimersByTimeAsync(2_000));
  expect(shown()[1]).toEqual(["two", 60]);

  others = [snapshot("two", 100, "finished")];
  await act(() => vi.advanceTimersByTimeAsync(2_000));
  expect(shown()).toEqual([["one", 45]]);
  expect(notify).toHaveBeenCalledTimes(1);
  const [[notice]] = notify.mock.calls as unknown as [[{ action: { onClick: () => void } }]];
  notice.action.onClick();
  expect(open).toHaveBeenCalledWith("two");
});
