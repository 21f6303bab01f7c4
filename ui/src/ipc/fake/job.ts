import type {
  ApiError,
  ImageReport,
  ImageState,
  JobEvent,
  JobEventKind,
  JobSnapshot,
  MigrationPlan,
  MigrationReport,
} from "../generated";
import { type OwnList, snapshotAfter } from "../jobSnapshot";
import { fakeDigest } from "./data";
import { fakeCounts, fakeSummary } from "./summary";

/** Size of each of the two layers of a fake image. */
const layerBytes = 10_000_000;
/** Progress events per layer. */
const parts = 4;
/** Reported time between two events. */
const tickMs = 250;

/** A job with scripted events, played on demand. */
export class FakeJob {
  readonly plan: MigrationPlan;
  private readonly id: string;
  private readonly failures: ReadonlyMap<string, ApiError>;
  private readonly script: JobEventKind[] = [];
  private readonly followers = new Set<(event: JobEvent) => void>();
  private readonly startedAt = Date.now();
  readonly played: JobEvent[] = [];
  private status: JobSnapshot["status"] = "running";

  constructor(id: string, plan: MigrationPlan, failures: ReadonlyMap<string, ApiError>) {
    this.id = id;
    this.plan = plan;
    this.failures = failures;
    this.write();
  }

  /** Plays up to a number of events. */
  play(count = Number.POSITIVE_INFINITY): void {
    for (let done = 0; done < count && this.status === "running"; done += 1) {
      const kind = this.script.shift();
      if (kind === undefined) {
        return;
      }
      this.emit(kind);
    }
  }

  pause(): void {
    this.status = "paused";
    this.emit({ type: "paused" });
  }

  resume(): void {
    this.status = "running";
    this.emit({ type: "resumed" });
  }

  cancel(): void {
    this.script.length = 0;
    const over = new Map<number, ImageState>();
    for (const { kind } of this.played) {
      if (kind.type === "image_state") {
        over.set(kind.image, kind.state);
      }
    }
    const images = this.plan.images.map((image) => {
      const done = over.get(image.image)?.kind === "done";
      return this.imageReport(image.image, done ? "moved" : "cancelled");
    });
    this.emit({ type: "finished", report: this.report("cancelled", images) });
  }

  follow(fromSeq: number, onEvent: (event: JobEvent) => void): () => void {
    for (const event of this.played.slice(fromSeq)) {
      onEvent(event);
    }
    this.followers.add(onEvent);
    return () => this.followers.delete(onEvent);
  }

  get followed(): number {
    return this.followers.size;
  }

  snapshot(): JobSnapshot {
    const started: JobSnapshot = {
      job: this.id,
      next_seq: 0,
      started_at_ms: this.startedAt,
      elapsed_ms: 0,
      status: "running",
      steps_under_way: [],
      steps_finished: [],
      images: this.plan.images.map((planned) => ({
        planned,
        state: { kind: "waiting" },
        layers: [],
      })),
      progress: {
        images_total: this.plan.images.length,
        images_finished: 0,
        images_failed: 0,
        sent_bytes: 0,
        skipped_bytes: 0,
        total_bytes: this.totalBytes(),
      },
      source: { kind: "practice_account" },
      connection: { kind: "practice" },
      pulls_left: null,
      quota_look_again_at_ms: null,
      sign_in_error: null,
      report: null,
    };
    const own: OwnList = { images: null };
    return this.played.reduce((before, event) => snapshotAfter(before, event, own), started);
  }

  private emit(kind: JobEventKind): void {
    const seq = this.played.length;
    if (kind.type === "finished") {
      this.status = "finished";
    }
    const event: JobEvent = { job: this.id, seq, elapsed_ms: seq * tickMs, kind };
    this.played.push(event);
    for (const follower of this.followers) {
      follower(event);
    }
  }

  private totalBytes(): number {
    return this.moving().length * 2 * layerBytes;
  }

  private moving() {
    return this.plan.images.filter((image) => ["move", "overwrite"].includes(image.action.kind));
  }

  private failureOf(image: number): ApiError | undefined {
    const selected = this.plan.images[image]?.selected;
    return this.failures.get(`${selected?.repository}:${selected?.tag}`);
  }

  private write(): void {
    const say = (...kinds: JobEventKind[]) => this.script.push(...kinds);
    say({ type: "started", images: this.plan.images, total_bytes: this.totalBytes() });
    say(
      { type: "step_started", step: "log_in" },
      {
        type: "logged_in",
        registry: this.plan.registry,
        expires_at_ms: this.startedAt + 43_200_000,
      },
      { type: "step_finished", step: "log_in", succeeded: 1, failed: 0 },
      { type: "step_started", step: "tag" },
      { type: "step_finished", step: "tag", succeeded: this.plan.images.length, failed: 0 },
      { type: "step_started", step: "push" },
      { type: "step_started", step: "create" },
    );
    for (const repository of this.plan.repositories) {
      say({ type: "repository_ready", repository: repository.name, created: !repository.exists });
    }
    const created = this.plan.repositories.length;
    say({ type: "step_finished", step: "create", succeeded: created, failed: 0 });
    const progress = {
      images_total: this.plan.images.length,
      images_finished: 0,
      images_failed: 0,
      sent_bytes: 0,
      skipped_bytes: 0,
      total_bytes: this.totalBytes(),
    };
    for (const { image } of this.moving()) {
      say({ type: "image_state", image, state: { kind: "pushing" } });
      const failure = this.failureOf(image);
      for (const name of ["one", "two"]) {
        const layer = fakeDigest(`${image} ${name}`);
        for (let part = 1; part <= parts; part += 1) {
          const sent_bytes = (layerBytes / parts) * part;
          progress.sent_bytes += layerBytes / parts;
          say({
            type: "layer_state",
            image,
            layer,
            state: { kind: "sending", sent_bytes, total_bytes: layerBytes },
          });
          say({ type: "progress", progress: { ...progress } });
        }
        say({
          type: "layer_state",
          image,
          layer,
          state: { kind: "done", sent_bytes: layerBytes },
        });
      }
      progress.images_finished += 1;
      if (failure !== undefined) {
        progress.images_failed += 1;
        say({ type: "image_state", image, state: { kind: "failed", error: failure } });
      } else {
        const digest = this.imageReport(image, "moved").pushed_digest ?? "";
        say({ type: "image_state", image, state: { kind: "pushed", digest } });
      }
      say({ type: "progress", progress: { ...progress } });
    }
    const failed = progress.images_failed;
    const succeeded = this.moving().length - failed;
    say(
      { type: "step_finished", step: "push", succeeded, failed },
      { type: "step_started", step: "verify" },
    );
    for (const { image } of this.moving()) {
      if (this.failureOf(image) === undefined) {
        say(
          { type: "image_state", image, state: { kind: "verifying" } },
          { type: "image_state", image, state: { kind: "done" } },
        );
      }
    }
    const images = this.plan.images.map((planned) =>
      this.imageReport(
        planned.image,
        this.failureOf(planned.image) !== undefined
          ? "failed"
          : this.moving().includes(planned)
            ? "moved"
            : "unchanged",
      ),
    );
    const outcome = failed === 0 ? "succeeded" : succeeded > 0 ? "partly_failed" : "failed";
    say(
      { type: "step_finished", step: "verify", succeeded, failed: 0 },
      { type: "finished", report: this.report(outcome, images) },
    );
  }

  private imageReport(number: number, kind: ImageReport["result"]["kind"]): ImageReport {
    const planned = this.plan.images[number];
    if (planned === undefined) {
      throw new Error(`the plan has no image ${number}`);
    }
    const arrived = kind === "moved" || kind === "unchanged";
    const digest = fakeDigest(`${planned.selected.repository}:${planned.selected.tag}`);
    const error = this.failureOf(number);
    const repacked = planned.route === "docker_engine";
    return {
      image: number,
      source: planned.source,
      destination: planned.destination,
      route: planned.route,
      result:
        kind === "failed" && error !== undefined
          ? { kind, error }
          : { kind: kind === "moved" || kind === "unchanged" ? kind : "cancelled" },
      source_digest: planned.source_digest,
      pushed_digest: kind === "moved" ? digest : null,
      registry_digest: arrived ? digest : null,
      ecr_digest: arrived ? digest : null,
      proof: !arrived ? "not_proved" : repacked ? "same_content" : "equal",
      standing: arrived
        ? repacked
          ? "equal_to_pushed"
          : "equal"
        : kind === "failed"
          ? "failed"
          : "not_finished",
      sent_bytes: kind === "moved" ? 2 * layerBytes : 0,
      elapsed_ms: 4200,
      left_behind: [],
      source_moved_to: null,
      platforms: [],
    };
  }

  private report(
    outcome: MigrationReport["outcome"],
    images: MigrationReport["images"],
  ): MigrationReport {
    return {
      job: this.id,
      outcome,
      summary: fakeSummary(outcome, fakeCounts(images)),
      identity: this.plan.identity,
      registry: this.plan.registry,
      started_at_ms: this.startedAt,
      elapsed_ms: this.played.length * tickMs,
      repositories_created: this.plan.repositories
        .filter((repository) => !repository.exists)
        .map((repository) => repository.name),
      repositories_empty: [],
      images,
      sent_bytes: images.reduce((sum, image) => sum + (image.sent_bytes ?? 0), 0),
      skipped_bytes: 0,
      temporary_tags_left: [],
      policies_not_set: [],
      journal_error: null,
      run_error: null,
      part: null,
      missing_parts: [],
      verified_at_ms: null,
    };
  }
}
