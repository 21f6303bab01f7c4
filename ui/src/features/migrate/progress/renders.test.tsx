import { render } from "@testing-library/react";
import { expect, it } from "vitest";
import type { JobSnapshot, PlannedImage } from "../../../ipc/generated";
import { rendersOf } from "../../../testing/renderCount";
import { JobView } from "./JobView";
import { jobFromSnapshot } from "./jobState";

function jobOf(images: number) {
  const planned = (image: number) =>
    ({ image, source: `hub/app:${image}`, destination: `ecr/app:${image}` }) as PlannedImage;
  const snapshot: JobSnapshot = {
    job: "j",
    next_seq: 0,
    started_at_ms: 0,
    elapsed_ms: 0,
    status: "running",
    steps_under_way: [],
    steps_finished: [],
    images: Array.from({ length: images }, (_, image) => ({
      planned: planned(image),
      state: { kind: "waiting" },
      layers: [],
    })),
    progress: {
      images_total: images,
      images_finished: 0,
      images_failed: 0,
      sent_bytes: 0,
      skipped_bytes: 0,
      total_bytes: 0,
    },
    source: { kind: "practice_account" },
    connection: { kind: "practice" },
    pulls_left: null,
    quota_look_again_at_ms: null,
    sign_in_error: null,
    report: null,
  };
  return jobFromSnapshot(snapshot);
}

/** What a click on Pause renders until the migration is paused. */
async function rendersOfPause(images: number): Promise<number> {
  const job = jobOf(images);
  const nothing = () => {};
  const view = (busy: boolean, status: JobSnapshot["status"]) => (
    <JobView
      job={{ ...job, snapshot: { ...job.snapshot, status } }}
      errorActions={{}}
      busy={busy}
      pending={null}
      signIn={null}
      onPause={nothing}
      onResume={nothing}
      onStop={nothing}
      onLookAgain={nothing}
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
