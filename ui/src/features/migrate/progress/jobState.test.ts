import { describe, expect, it } from "vitest";
import { newSnapshot } from "../../../ipc/fake/newSnapshot";
import { createFakeBackend } from "../../../ipc/fakeBackend";
import type { JobEvent, JobEventKind, JobSnapshot } from "../../../ipc/generated";
import { defaultRepositorySettings } from "../../../shared/repositorySettings";
import { planOf } from "../../../testing/request";
import {
  bytesLeft,
  imageBytes,
  type JobState,
  jobAfter,
  jobFromSnapshot,
  jobTimeLeft,
  percentOf,
  speedOf,
} from "./jobState";
import { maxSpeedPoints } from "./speedHistory";

const progress = (sent_bytes: number): JobEventKind => ({
  type: "progress",
  progress: {
    images_total: 2,
    images_finished: 0,
    images_failed: 0,
    sent_bytes,
    skipped_bytes: 100,
    total_bytes: 1100,
  },
});
const event = (seq: number, elapsed_ms: number, kind: JobEventKind): JobEvent => ({
  job: "j",
  seq,
  elapsed_ms,
  kind,
});
const empty = newSnapshot("j", []);

/** A real course of events, from the fake backend. */
async function course(): Promise<{ events: JobEvent[]; late: JobSnapshot }> {
  const backend = createFakeBackend();
  const plan = await planOf(backend, {
    connection: { kind: "practice" },
    source: { kind: "practice_account" },
    images: [
      { repository: "dencold/pgcli", tag: "latest" },
      { repository: "dencold/storefront", tag: "1.9.1" },
    ],
    repositories: [],
    template: defaultRepositorySettings,
    choices: [],
    remove_temporary_tags: true,
    expiry_confirmed: [],
    extent: { platform: null, referrers: true },
    selection: null,
    naming: { prefix: "", rules: [] },
  });
  const job = await backend.migrationStart(plan.plan);
  const events: JobEvent[] = [];
  backend.jobFollow(job, 0, (one) => events.push({ ...one, job: "j" }));
  backend.play(({ next_seq }) => next_seq === 20);
  const late = await backend.jobSnapshot(job);
  backend.play();
  return { events, late: { ...late, job: "j" } };
}

describe("a job", () => {
  it("is the same from its beginning and from a snapshot in the middle", async () => {
    const { events, late } = await course();
    const whole = jobAfter(jobFromSnapshot(empty), events);
    const joined = jobAfter(jobFromSnapshot(late), events);
    expect(whole.snapshot.status).toBe("finished");
    expect(whole.snapshot.report?.outcome).toBe("succeeded");
    expect(whole.snapshot.steps_finished).toEqual(["log_in", "tag", "create", "push", "verify"]);
    expect(joined.snapshot.images).toEqual(whole.snapshot.images);
    expect(joined.snapshot.progress).toEqual(whole.snapshot.progress);
    expect(joined.gap).toBe(false);
  });

  it("knows when it waits for a pull quota, and what is left of it", () => {
    const pulls = { left: 3, limit: 100, window_seconds: 21_600 };
    const waits = jobAfter(jobFromSnapshot(empty), [
      event(0, 0, { type: "pulls_left", pulls }),
      event(1, 0, { type: "quota_used_up", check_at_ms: 5 }),
    ]);
    expect(waits.snapshot.pulls_left).toEqual(pulls);
    expect(waits.snapshot.quota_check_at_ms).toBe(5);
    const continues = jobAfter(waits, [event(2, 0, { type: "quota_renewed" })]);
    expect(continues.snapshot.quota_check_at_ms).toBeNull();
  });

  it("leaves the job that was before some events as it was", async () => {
    const { events } = await course();
    const states = [jobFromSnapshot(empty)];
    const copies = [structuredClone(states)];
    for (let at = 0; at < events.length; at += 7) {
      states.push(jobAfter(states[states.length - 1] as JobState, events.slice(at, at + 7)));
      copies.push(structuredClone(states));
    }
    expect(states.length).toBeGreaterThan(3);
    for (const copy of copies) {
      expect(states.slice(0, copy.length)).toEqual(copy);
    }
  });

  it("takes no event twice", () => {
    const once = jobAfter(jobFromSnapshot(empty), [event(0, 0, { type: "paused" })]);
    expect(jobAfter(once, [event(0, 0, { type: "resumed" })])).toBe(once);
  });

  it("notices that an event is missing, and changes nothing from then on", () => {
    const gap = jobAfter(jobFromSnapshot(empty), [event(1, 0, { type: "paused" })]);
    expect(gap.gap).toBe(true);
    expect(gap.snapshot.status).toBe("running");
    expect(jobAfter(gap, [event(0, 0, { type: "paused" })])).toBe(gap);
  });

  it("has a speed from the last ten seconds", () => {
    let state = jobFromSnapshot(empty);
    expect(speedOf(state)).toBeNull();
    state = jobAfter(state, [event(0, 1000, progress(0))]);
    state = jobAfter(state, [event(1, 15_000, progress(100))]);
    state = jobAfter(state, [event(2, 17_000, progress(500))]);
    expect(speedOf(state)).toBe(200);
    expect(bytesLeft(state)).toBe(500);
  });

  it("has a time left that a slow or fast moment does not change much", () => {
    let state = jobFromSnapshot(empty);
    const long = (sent: number, finished: number): JobEventKind => ({
      type: "progress",
      progress: {
        images_total: 1000,
        images_finished: finished,
        images_failed: 0,
        sent_bytes: sent,
        skipped_bytes: 0,
        total_bytes: 1_000_000,
      },
    });
    for (let second = 0; second < 100; second += 1) {
      state = jobAfter(state, [event(second, second * 1000, long(second * 1000, second))]);
    }
    const steady = jobTimeLeft(state);
    const middle = ((steady?.lowMs ?? 0) + (steady?.highMs ?? 0)) / 2;
    expect(Math.round(middle / 1000)).toBe(901);
    // Ten seconds without progress, then ten times as fast for a moment.
    const after = jobAfter(state, [
      event(100, 109_000, long(99_000, 99)),
      event(101, 110_000, long(109_000, 109)),
    ]);
    const later = jobTimeLeft(after);
    expect((later?.highMs ?? 0) / (steady?.highMs ?? 1)).toBeGreaterThan(0.8);
    expect((later?.highMs ?? 0) / (steady?.highMs ?? 1)).toBeLessThan(1.2);
  });

  it("keeps the speeds that were measured before, unless its time begins again", () => {
    const speeds = { stepMs: 1000, points: [{ elapsedMs: 5000, bytesPerSecond: 7 }] };
    expect(jobFromSnapshot({ ...empty, elapsed_ms: 6000 }, speeds).speeds).toBe(speeds);
    expect(jobFromSnapshot({ ...empty, elapsed_ms: 100 }, speeds).speeds.points).toEqual([]);
  });

  it("has no time left while it holds", () => {
    let state = jobFromSnapshot(empty);
    state = jobAfter(state, [event(0, 1000, progress(100))]);
    state = jobAfter(state, [event(1, 2000, progress(500))]);
    state = jobAfter(state, [event(2, 3000, { type: "paused" })]);
    expect(jobTimeLeft(state)).toBeNull();
    expect(state.snapshot.status).toBe("paused");
  });

  it("is at a hundred percent only when it is over", () => {
    const state = jobAfter(jobFromSnapshot(empty), [event(0, 1, progress(1000))]);
    expect(percentOf(state.snapshot)).toBe(99);
    expect(percentOf({ ...state.snapshot, status: "finished" })).toBe(100);
    expect(percentOf(empty)).toBe(0);
  });

  it("sums the bytes of an image's layers", () => {
    const image = { planned: {} as never, state: { kind: "pushing" } as const };
    const layers = [
      { layer: "a", state: { kind: "done", sent_bytes: 10 } as const },
      { layer: "b", state: { kind: "sending", sent_bytes: 5, total_bytes: 20 } as const },
      { layer: "c", state: { kind: "already_there" } as const },
      { layer: "d", state: { kind: "waiting", total_bytes: null } as const },
    ];
    expect(imageBytes({ ...image, layers })).toEqual({ sent: 15, total: 30 });
  });

  it("keeps its speed over time in a bounded number of points, first and last included", () => {
    let state = jobFromSnapshot(empty);
    const seconds = 1000;
    for (let second = 0; second < seconds; second += 1) {
      state = jobAfter(state, [event(second, second * 1000, progress(second * 50))]);
    }
    const { points, stepMs } = state.speeds;
    expect(points.length).toBeGreaterThan(maxSpeedPoints / 2 - 1);
    expect(points.length).toBeLessThanOrEqual(maxSpeedPoints);
    expect(points[0]?.elapsedMs).toBe(1000);
    expect((points.at(-1)?.elapsedMs ?? 0) + stepMs).toBeGreaterThanOrEqual((seconds - 1) * 1000);
    expect(new Set(points.map((point) => point.bytesPerSecond))).toEqual(new Set([50]));
  });
});
