import type { JobEvent, JobEventKind, JobSnapshot, MigrationPlan } from "../generated";
import { snapshotAfter } from "../jobSnapshot";
import type { JobRecording } from "./jobRecording";
import { newSnapshot } from "./newSnapshot";

/** Reported time between two events. */
const tickMs = 250;

/** Plays the recording of a job on request. */
export class FakeJob {
  private readonly remaining: JobEventKind[];
  private readonly played: JobEvent[] = [];
  private readonly listeners = new Set<(event: JobEvent) => void>();
  private current: JobSnapshot;

  constructor(
    id: string,
    readonly plan: MigrationPlan,
    private readonly recording: JobRecording,
  ) {
    this.remaining = [...recording.events];
    this.current = { ...newSnapshot(id, plan.images), started_at_ms: Date.now() };
  }

  /** Plays events until the job is as wanted. */
  play(until: (job: JobSnapshot) => boolean): void {
    while (this.current.status === "running" && !until(this.current)) {
      const kind = this.remaining.shift();
      if (kind === undefined) {
        return;
      }
      this.emit(kind);
    }
  }

  pause(): void {
    this.emit({ type: "paused" });
  }

  resume(): void {
    this.emit({ type: "resumed" });
  }

  cancel(): void {
    this.remaining.length = 0;
    this.emit({ type: "finished", report: this.recording.stopped });
  }

  follow(fromSeq: number, onEvent: (event: JobEvent) => void): () => void {
    for (const event of this.played.slice(fromSeq)) {
      onEvent(event);
    }
    this.listeners.add(onEvent);
    return () => this.listeners.delete(onEvent);
  }

  get followers(): number {
    return this.listeners.size;
  }

  snapshot(): JobSnapshot {
    return this.current;
  }

  private emit(kind: JobEventKind): void {
    const seq = this.played.length;
    const { job, started_at_ms } = this.current;
    const own: JobEventKind =
      kind.type === "finished"
        ? { ...kind, report: { ...kind.report, job, started_at_ms, elapsed_ms: seq * tickMs } }
        : kind;
    const event: JobEvent = { job, seq, elapsed_ms: seq * tickMs, kind: own };
    this.played.push(event);
    this.current = snapshotAfter(this.current, event, { images: null });
    for (const listener of this.listeners) {
      listener(event);
    }
  }
}
