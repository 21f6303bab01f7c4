import type { Backend } from "../backend";
import type {
  ApiError,
  HistoryEntry,
  MigrationPlan,
  MigrationReport,
  MigrationRequest,
} from "../generated";
import type { FakeBackend, FakeOptions } from "./contract";
import { fakeError } from "./error";
import { fakeHistoryEntry } from "./history";
import { FakeJob } from "./job";
import { fakeProposedNames } from "./names";
import { fakePermissions } from "./permissions";
import { fakePlan } from "./plan";
import type { FakeEcr } from "./repositories";
import { FakeUndos } from "./undo";

const autoplayMs = 120;

/** Fake plans, jobs, and history. */
export class FakeMigrations {
  readonly failingImages = new Map<string, ApiError>();
  readonly refusedImages = new Map<string, ApiError>();
  private heldPlan: Parameters<FakeBackend["holdPlan"]>[0] | null = null;
  private lastRequest: MigrationRequest | null;
  private history: HistoryEntry[];
  private readonly plans = new Map<string, MigrationPlan>();
  private readonly jobs = new Map<string, FakeJob>();
  private readonly undos: FakeUndos;

  constructor(
    private readonly options: FakeOptions,
    private readonly ecr: FakeEcr,
    private readonly nextId: () => number,
  ) {
    this.lastRequest = options.request ?? null;
    this.history = options.history ?? [];
    const reportOf = (migration: string) => this.reportOf(migration);
    this.undos = new FakeUndos(reportOf, ecr.holdings, ecr.repositories);
  }

  /** Delays the next plan. */
  hold(make: Parameters<FakeBackend["holdPlan"]>[0]): void {
    this.heldPlan = make;
  }

  /** Plays events of the newest job: a number of events, or all. */
  play(events?: number): void {
    const job = [...this.jobs.values()].at(-1);
    job?.play(events);
    if (job?.snapshot().status === "finished") {
      this.settle(job);
    }
  }

  /** Number of job subscriptions. */
  followers(): number {
    return [...this.jobs.values()].reduce((sum, job) => sum + job.followed, 0);
  }

  /** Fake planning, migrations, and undos. */
  migrationMethods() {
    return {
      repositoryNamesPropose: async (sources, rules) => fakeProposedNames(sources, rules),
      migrationPlan: async (request, _attempt, onProgress) => {
        const held = this.heldPlan;
        this.heldPlan = null;
        if (held !== null) {
          return held(onProgress);
        }
        onProgress({ looked_at: request.images.length, images: request.images.length });
        const plan = this.newPlan(request);
        this.plans.set(plan.plan, plan);
        this.lastRequest = request;
        return plan;
      },
      migrationPlanCancel: async () => {},
      migrationCommands: async (id, tool) =>
        (this.plans.get(id)?.images ?? []).map(
          (image) => `${tool} copy ${image.source} ${image.destination}`,
        ),
      migrationPermissions: async (id) =>
        fakePermissions(this.planOf(id), this.options.missing ?? []),
      migrationExpiryConfirm: async () => {},
      migrationStart: async (id) => this.start(this.planOf(id)),
      migrationRetryFailed: async (id) => {
        const job = this.jobOf(id);
        const failed = new Set(
          (job.snapshot().report?.images ?? [])
            .filter((image) => image.result.kind === "failed")
            .map((image) => image.image),
        );
        const images = job.plan.images
          .filter((image) => failed.has(image.image))
          .map((image, number) => ({ ...image, image: number }));
        return this.start({ ...job.plan, images });
      },
      migrationResume: async (migration) => this.start(this.planToResume(migration), migration),
      migrationPlanExport: async () => {},
      migrationReportExport: async () => {},
      ...this.undos.methods,
    } satisfies Partial<Backend>;
  }

  /** Fake jobs and history. */
  jobMethods() {
    return {
      historyList: async () =>
        [
          ...[...this.jobs.values()].reverse().map((job) => fakeHistoryEntry(job.snapshot())),
          ...this.history,
        ].map((entry) => ({
          ...entry,
          undone: this.undos.undone.get(entry.migration) ?? entry.undone,
        })),
      historyReport: async (migration) => this.reportOf(migration),
      historyRequest: async () => {
        if (this.lastRequest === null) {
          throw fakeError("job_unknown");
        }
        return this.lastRequest;
      },
      historyVerify: async (migration) => ({
        ...(this.options.verified?.[migration] ?? this.reportOf(migration)),
        verified_at_ms: 1_795_000_200_000,
      }),
      historyDelete: async (migration) => {
        this.jobs.delete(migration);
        this.history = this.history.filter((one) => one.migration !== migration);
      },

      jobsList: async () => [...this.jobs.values()].map((job) => job.snapshot()).reverse(),
      jobSnapshot: async (id) => this.jobOf(id).snapshot(),
      jobFollow: (id, fromSeq, onEvent) => this.jobOf(id).follow(fromSeq, onEvent),
      jobPause: async (id) => this.jobOf(id).pause(),
      jobResume: async (id) => this.jobOf(id).resume(),
      jobLookAgain: async () => {},
      jobCancel: async (id) => this.jobOf(id).cancel(),
    } satisfies Partial<Backend>;
  }

  /** Returns the plan of a job, or of a recorded migration, which becomes a job. */
  private planToResume(migration: string): MigrationPlan {
    const earlier = this.history.some((one) => one.migration === migration);
    if (!earlier || this.lastRequest === null) {
      return this.jobOf(migration).plan;
    }
    this.history = this.history.filter((one) => one.migration !== migration);
    return this.newPlan(this.lastRequest);
  }

  private newPlan(request: MigrationRequest): MigrationPlan {
    return fakePlan(`plan-${this.nextId()}`, request, {
      ...this.ecr,
      refused: this.refusedImages,
      overwriteAllowed: this.options.overwriteAllowed ?? false,
      lifecycle: this.options.lifecycle ?? new Map(),
      referrerTags: this.options.referrerTags ?? new Map(),
      buildCaches: this.options.buildCaches ?? new Set(),
      planned: this.options.planned ?? {},
    });
  }

  private planOf(id: string): MigrationPlan {
    const plan = this.plans.get(id);
    if (plan === undefined) {
      throw fakeError("plan_unknown");
    }
    return plan;
  }

  private jobOf(id: string): FakeJob {
    const job = this.jobs.get(id);
    if (job === undefined) {
      throw fakeError("job_unknown");
    }
    return job;
  }

  private reportOf(migration: string): MigrationReport {
    const report =
      this.jobs.get(migration)?.snapshot().report ?? this.options.reports?.[migration] ?? null;
    if (report === null) {
      throw fakeError("job_unknown");
    }
    return report;
  }

  /** Adds copied images to the fake ECR. */
  private settle(job: FakeJob): void {
    for (const image of job.snapshot().report?.images ?? []) {
      const planned = job.plan.images[image.image];
      if (planned !== undefined && image.ecr_digest !== null) {
        this.ecr.repositories.add(planned.repository);
        this.ecr.holdings.set(`${planned.repository}:${planned.tag}`, image.ecr_digest);
      }
    }
  }

  private start(plan: MigrationPlan, resumed?: string): string {
    const number = this.nextId();
    const id = resumed ?? `job-${number}`;
    const job = new FakeJob(id, plan, new Map(this.failingImages));
    this.jobs.set(id, job);
    if (this.options.autoplay) {
      const timer = setInterval(() => {
        job.play(1);
        if (job.snapshot().status === "finished") {
          clearInterval(timer);
          this.settle(job);
        }
      }, autoplayMs);
    }
    return id;
  }
}
