import type { Backend } from "../backend";
import type {
  HistoryEntry,
  JobSnapshot,
  MigrationPlan,
  MigrationReport,
  MigrationRequest,
  PlannedImage,
  RepositoryImage,
  Undone,
} from "../generated";
import { fakeError } from "./error";
import { FakeJob } from "./job";
import { jobRecording } from "./jobRecording";
import type { FakeOptions } from "./options";
import { fakePermissions } from "./permissions";
import {
  images as practiceImages,
  plan as practicePlan,
  historyEntry as recordedEntry,
  report as recordedReport,
  undoPlan,
} from "./recorded/practice";
import { recordedPlan } from "./recordedPlan";

const autoplayMs = 120;

/** A job as the history lists it. */
function entryOf(job: FakeJob): HistoryEntry {
  const { job: migration, report, started_at_ms, elapsed_ms, images } = job.snapshot();
  const { title, status } = { title: "Running", status: "in-progress" } as const;
  return {
    ...recordedEntry,
    migration,
    state: report?.outcome ?? "running",
    summary: report?.summary ?? { ...recordedEntry.summary, title, status },
    started_at_ms,
    elapsed_ms,
    identity: job.plan.identity,
    registry: job.plan.registry,
    images: images.length,
    moved: report?.images.filter(({ result }) => result.kind === "moved").length ?? 0,
    sent_bytes: report?.sent_bytes ?? 0,
  };
}

/** An image of a finished job as ECR lists it. */
function imageInEcr(
  { tag, size_bytes, destination }: PlannedImage,
  digest: string,
): RepositoryImage {
  return {
    digest,
    tags: [tag],
    kind: "image",
    media_type: "application/vnd.oci.image.manifest.v1+json",
    size_bytes,
    pushed_at_ms: Date.now(),
    pulled_at_ms: null,
    own_read_at_ms: null,
    status: "active",
    archived_at_ms: null,
    pull_commands: [`docker pull ${destination}`],
  };
}

/** Recorded plans, jobs, and their history. */
export class FakeMigrations {
  private lastRequest: MigrationRequest | null = null;
  private history: HistoryEntry[];
  private readonly plans = new Map<string, MigrationPlan>();
  private readonly jobs = new Map<string, FakeJob>();
  private readonly undone = new Map<string, Undone>();

  constructor(
    private readonly options: FakeOptions,
    private readonly ecr: Map<string, RepositoryImage[]>,
    private readonly nextId: () => number,
  ) {
    this.history = options.history ?? [];
  }

  /** Plays events of the newest job: all, or until the job is as wanted. */
  play(until: (job: JobSnapshot) => boolean = () => false): void {
    const job = [...this.jobs.values()].at(-1);
    if (job !== undefined) {
      this.playJob(job, until);
    }
  }

  /** Number of job subscriptions. */
  followers(): number {
    return [...this.jobs.values()].reduce((sum, job) => sum + job.followers, 0);
  }

  /** Recorded plans, and the start of their jobs. */
  planMethods() {
    return {
      repositoryNamesPropose: async (sources, rules) => ({
        names: sources.map((source) => ({
          source_repository: source,
          name:
            practiceImages.find(({ selected }) => selected.repository === source)?.repository ??
            source,
          rules: [],
        })),
        problems: rules.map(() => null),
      }),
      migrationPlan: async (request, attempt, onProgress) => {
        const answer = this.options.answers?.migrationPlan;
        onProgress({ looked_at: request.images.length, images: request.images.length });
        const plan = answer ? await answer(request, attempt, onProgress) : recordedPlan(request);
        return plan === null ? null : this.planned(request, plan);
      },
      migrationPlanCancel: async () => {},
      migrationPlanExport: async () => {},
      migrationCommands: async (id, tool) =>
        this.planOf(id).images.map(
          ({ source, destination }) => `${tool} copy ${source} ${destination}`,
        ),
      migrationPermissions: async (id) => fakePermissions(this.planOf(id)),
      migrationExpiryConfirm: async () => {},
      migrationStart: async (id) => this.start(`job-${this.nextId()}`, this.planOf(id)),
      migrationRetryFailed: async (id) => {
        const { plan } = this.jobOf(id);
        const failed = this.reportOf(id).images.filter(({ result }) => result.kind === "failed");
        const images = failed.flatMap(({ image }, number) => {
          const planned = plan.images[image];
          return planned === undefined ? [] : [{ ...planned, image: number }];
        });
        return this.start(`job-${this.nextId()}`, { ...plan, images });
      },
      migrationResume: async (migration) => this.start(migration, this.planToResume(migration)),
    } satisfies Partial<Backend>;
  }

  /** The jobs and the history. */
  jobMethods() {
    return {
      jobsList: async () =>
        [...this.jobs.values()].reverse().map((one) => {
          const { job, status, progress, source, report } = one.snapshot();
          return { job, status, progress, source, summary: report?.summary ?? null };
        }),
      jobSnapshot: async (id) => this.jobOf(id).snapshot(),
      jobFollow: (id, fromSeq, onEvent) => this.jobOf(id).follow(fromSeq, onEvent),
      jobPause: async (id) => this.jobOf(id).pause(),
      jobResume: async (id) => this.jobOf(id).resume(),
      jobCheckNow: async () => {},
      jobCancel: async (id) => this.jobOf(id).cancel(),
      historyList: async () =>
        [...[...this.jobs.values()].reverse().map(entryOf), ...this.history].map((entry) => ({
          ...entry,
          undone: this.undone.get(entry.migration) ?? entry.undone,
        })),
      historySearch: async (text) => {
        const known = [...this.jobs.keys(), ...this.history.map(({ migration }) => migration)];
        return known.flatMap((migration) => {
          const images = this.reportOf(migration).images.filter(({ source, destination }) =>
            `${source} ${destination}`.includes(text),
          );
          const [first] = images;
          return first === undefined
            ? []
            : [
                {
                  migration,
                  images: images.length,
                  source: first.source,
                  destination: first.destination,
                },
              ];
        });
      },
      historyReport: async (migration) => this.reportOf(migration),
      historyRequest: async () => {
        if (this.lastRequest === null) {
          throw fakeError("job_unknown");
        }
        return this.lastRequest;
      },
      historyVerify: async (migration) => ({
        ...this.reportOf(migration),
        verified_at_ms: Date.now(),
      }),
      historyDelete: async (migration) => {
        this.jobs.delete(migration);
        this.history = this.history.filter((one) => one.migration !== migration);
      },
      migrationReportExport: async () => {},
      migrationUndoPlan: async (migration) => ({ ...undoPlan, undo: migration, migration }),
      migrationUndo: async (migration, onProgress) => {
        const { totals, repositories } = undoPlan;
        onProgress({ done: totals.tags_removed, total: totals.tags_removed });
        for (const { name } of repositories) {
          this.ecr.delete(name);
        }
        this.undone.set(migration, { at_ms: Date.now(), totals, cancelled: false });
        return { migration, totals, left: [], cancelled: false, journal_error: null };
      },
      migrationUndoStop: async () => {},
    } satisfies Partial<Backend>;
  }

  private planned(request: MigrationRequest, plan: MigrationPlan): MigrationPlan {
    const named = { ...plan, plan: `plan-${this.nextId()}` };
    this.plans.set(named.plan, named);
    this.lastRequest = request;
    return named;
  }

  /** Returns the plan of a job, or the recorded plan of an earlier migration. */
  private planToResume(migration: string): MigrationPlan {
    return this.jobs.get(migration)?.plan ?? practicePlan;
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
    const job = this.jobs.get(migration);
    return job?.snapshot().report ?? { ...recordedReport, job: migration };
  }

  private start(id: string, plan: MigrationPlan): string {
    const recording = (this.options.jobRecording ?? jobRecording)(plan);
    const job = new FakeJob(id, plan, recording);
    this.history = this.history.filter(({ migration }) => migration !== id);
    this.jobs.set(id, job);
    if (this.options.autoplay) {
      const timer = setInterval(() => {
        const next = job.snapshot().next_seq + 1;
        this.playJob(job, ({ next_seq }) => next_seq === next);
        if (job.snapshot().status === "finished") {
          clearInterval(timer);
        }
      }, autoplayMs);
    }
    return id;
  }

  private playJob(job: FakeJob, until: (job: JobSnapshot) => boolean): void {
    job.play(until);
    for (const { image, ecr_digest } of job.snapshot().report?.images ?? []) {
      const planned = job.plan.images[image];
      if (planned !== undefined && ecr_digest !== null) {
        const images = this.ecr.get(planned.repository) ?? [];
        const others = images.filter(({ tags }) => !tags.includes(planned.tag));
        this.ecr.set(planned.repository, [...others, imageInEcr(planned, ecr_digest)]);
      }
    }
  }
}
