import { render } from "@testing-library/react";
import { expect, it } from "vitest";
import { newSnapshot } from "../../../ipc/fake/newSnapshot";
import type { JobSnapshot, PlannedImage } from "../../../ipc/generated";
import { rendersOf } from "../../../testing/renderCount";
import { JobView } from "./JobView";
import { jobFromSnapshot } from "./jobState";

function jobOf(images: number) {
  const planned = Array.from(
    { length: images },
    (_, image) =>
      ({ image, source: `hub/app:${image}`, destination: `ecr/app:${image}` }) as PlannedImage,
  );
  return jobFromSnapshot(newSnapshot("j", planned));
}

/** What a click on Pause renders until the migration is paused. */
async function rendersOfPause(images: number): Promise<number> {
  const job = jobOf(images);
  const nothing = () => {};
  const view = (busy: boolean, status: JobSnapshot["status"]) => (
    <JobView
      job={{ ...job, snapshot: { ...job.snapshot, status } }}
      busy={busy}
      pending={null}
      signIn={null}
      onPause={nothing}
      onResume={nothing}
      onStop={nothing}
      onCheckNow={nothing}
    />
  );
  const { rerender, unmount } = render(view(false, "running"));
  const count = await rendersOf(() => {
    rerender(view(true, "running"));
    rerender(view(true, "paused"));
    rerender(view(false, "paused"));
  });
  unmount();
  return count;
}

it("renders no images when the user pauses", async () => {
  const few = await rendersOfPause(5);
  expect(few).toBeGreaterThan(0);
  expect(await rendersOfPause(45)).toBe(few);
});
