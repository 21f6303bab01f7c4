import { act, renderHook } from "@testing-library/react";
import { expect, it } from "vitest";
import type { JobSnapshot } from "../../../ipc/generated";
import { usePendingStatus } from "./usePendingStatus";

type Status = JobSnapshot["status"];

/** A job with a status, and what each rendering showed: the status, and what was pending. */
function job() {
  const shown: string[] = [];
  const { result, rerender } = renderHook(
    ({ status }: { status: Status }) => {
      const [pending, request] = usePendingStatus(status);
      shown.push(`${status} ${pending}`);
      return request;
    },
    { initialProps: { status: "running" as Status } },
  );
  const pause = (sent: boolean) =>
    act(async () => result.current("paused", () => Promise.resolve(sent)));
  return { shown, pause, become: (status: Status) => rerender({ status }) };
}

it("waits until the status changes, and shows no new status with a button that waits", async () => {
  const { shown, pause, become } = job();
  await pause(true);
  expect(shown.at(-1)).toBe("running paused");
  become("paused");
  become("running");
  expect(shown.at(-1)).toBe("running null");
  expect(new Set(shown)).toEqual(new Set(["running null", "running paused", "paused null"]));
});

it("ends when the command failed", async () => {
  const { shown, pause } = job();
  await pause(false);
  expect(shown.at(-1)).toBe("running null");
});
