import { expect, test } from "vitest";
import type { JobEvent, JobSnapshot } from "./generated";
import fold from "./generated/jobFold.json";
import { snapshotAfter } from "./jobSnapshot";

const begin = fold.begin as unknown as JobSnapshot;
const steps = fold.steps as unknown as { event: JobEvent; snapshot: JobSnapshot }[];

test("events make the same snapshot here as in the program", () => {
  let snapshot = begin;
  const own = { images: null };
  for (const step of steps) {
    snapshot = snapshotAfter(snapshot, step.event, own);
    expect(snapshot, `after ${step.event.kind.type}`).toEqual(step.snapshot);
  }
  expect(snapshot.status).toBe("finished");
});
