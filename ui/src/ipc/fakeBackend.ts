import type { Backend } from "./backend";
import { fakeChosenTags } from "./fake/chosen";
import { FakeClientLogins } from "./fake/clientLogins";
import {
  engineDown,
  engineRepositories,
  engineUp,
  fakeDigest,
  fakeIdentity,
  fakeImages,
  fakeMfaCode,
  fakePractice,
  fakeProfiles,
  fakeRegistry,
  fakeRepository,
  practiceTags,
} from "./fake/data";
import { fakeDeletions } from "./fake/deletions";
import { fakeHistoryEntry } from "./fake/history";
import { FakeJob } from "./fake/job";
import { fakeProposedNames } from "./fake/names";
import { fakeCaFile, fakeNetwork } from "./fake/network";
import { fakePermissions } from "./fake/permissions";
import { fakePlan } from "./fake/plan";
import { FakeSignIn } from "./fake/signIn";
import { fakeRepositories, fakeTags } from "./fake/sources";
import { FakeUndos } from "./fake/undo";
import type {
  ApiError,
  AwsConnection,
  AwsProfiles,
  EngineOriginal,
  ErrorCode,
  HistoryEntry,
  MigrationPlan,
  MigrationReport,
  MigrationRequest,
  NetworkStatus,
  PlanProgress,
  PlanTotals,
  RegistrySettings,
  SavedProfile,
  Settings,
  SourceLoginStatus,
} from "./generated";

/** An error as the program sends it. */
export function fakeError(
  code: ErrorCode,
  message = `It failed with ${code}.`,
  subject: string | null = null,
): ApiError {
  return { code, message, hints: [], causes: [], retryable: true, subject };
}

/** How a fake backend begins. */
export interface FakeOptions {
  /** Jobs play by themselves, for a person in a browser; otherwise the test plays them. */
  autoplay?: boolean;
  settings?: Partial<Settings>;
  draft?: unknown;
  savedProfiles?: SavedProfile[];
  engineRunning?: boolean;
  /** Why the Docker Engine cannot log in to the registry, though Transload can. */
  engineLoginError?: ApiError;
  awsProfiles?: AwsProfiles;
  /** What registries have of the engine's images, by repository. */
  originals?: Record<string, EngineOriginal[]>;
  /** Why the keychain keeps no login. */
  keychainError?: ApiError;
  /** How this computer reaches others. */
  network?: NetworkStatus;
  startedInPractice?: boolean;
  /** The alias of the fake account. */
  accountAlias?: string;
  /** What the caller may not do, by action; the rest is allowed. */
  missing?: readonly string[];
  /** Regions where any repository is, besides the one that is looked at. */
  elsewhere?: readonly string[];
  /** Migrations of earlier runs of the program, newest first. */
  history?: HistoryEntry[];
  /** Reports of them. */
  reports?: Record<string, MigrationReport>;
  /** What they were asked for. */
  request?: MigrationRequest;
  /** Whether repositories let their tags move. */
  overwriteAllowed?: boolean;
  /** What plans say otherwise than made up. */
  planned?: Partial<Omit<MigrationPlan, "totals">> & { totals?: Partial<PlanTotals> };
}

/** The backend of tests and of `npm run dev`: everything in memory, failures on demand. */
export interface FakeBackend extends Backend {
  /** Calls that fail: the next call of the method throws the error, once. */
  failNext(method: keyof Backend, error: ApiError): void;
  /** Makes the next plan wait: what is given tells its progress and its end. */
  holdPlan(
    make: (onProgress: (progress: PlanProgress) => void) => Promise<MigrationPlan | null>,
  ): void;
  /** Images that fail in jobs, by `repository:tag`, until the entry is removed. */
  readonly failingImages: Map<string, ApiError>;
  /** Images that plans refuse, by `repository:tag`. */
  readonly refusedImages: Map<string, ApiError>;
  /** What ECR holds: the digest of `repository:tag`. */
  readonly holdings: Map<string, string>;
  readonly repositories: Set<string>;
  /** Whether the Docker Engine answers. */
  engineRunning: boolean;
  /** The person at the page of IAM Identity Center. */
  readonly signIn: FakeSignIn;
  /** Plays events of the newest job: so many, or to the end. */
  play(events?: number): void;
  /** How many listen to jobs now. */
  followers(): number;
  /** Asks the window to close. */
  requestClose(): void;
  readonly closeListeners: ReadonlySet<() => void>;
  /** What the program was told, in order. */
  readonly calls: { method: string; args: unknown[] }[];
}

const autoplayMs = 120;
const anonymous: SourceLoginStatus = {
  username: null,
  origin: "anonymous",
  keychain_error: null,
};

/** Makes a backend that lives in memory. */
export function createFakeBackend(options: FakeOptions = {}): FakeBackend {
  let settings: Settings = {
    theme: "system",
    engine_address: null,
    ca_file: null,
    remove_temporary_tags: true,
    notify_at_end: true,
    keep_awake: true,
    keep_draft: true,
    practice_large_account: false,
    welcomed: false,
    ...options.settings,
  };
  let draft: unknown = options.draft ?? null;
  let profiles: SavedProfile[] = options.savedProfiles ?? [];
  let login: SourceLoginStatus = anonymous;
  let made = 0;
  let history: HistoryEntry[] = options.history ?? [];
  let lastRequest: MigrationRequest | null = options.request ?? null;
  const plans = new Map<string, MigrationPlan>();
  const jobs = new Map<string, FakeJob>();
  const failures = new Map<string, ApiError>();
  const closeListeners = new Set<() => void>();
  const holdings = new Map<string, string>();
  const repositories = new Set<string>();
  const failingImages = new Map<string, ApiError>();
  const refusedImages = new Map<string, ApiError>();
  const signIn = new FakeSignIn();

  const jobOf = (id: string): FakeJob => {
    const job = jobs.get(id);
    if (job === undefined) {
      throw fakeError("job_unknown");
    }
    return job;
  };
  const reportOf = (migration: string): MigrationReport => {
    const report = jobs.get(migration)?.snapshot().report ?? options.reports?.[migration] ?? null;
    if (report === null) {
      throw fakeError("job_unknown");
    }
    return report;
  };
  const undos = new FakeUndos(reportOf, holdings, repositories);
  /** What arrived is in ECR from then on. */
  const settle = (job: FakeJob) => {
    for (const image of job.snapshot().report?.images ?? []) {
      const planned = job.plan.images[image.image];
      if (planned !== undefined && image.ecr_digest !== null) {
        repositories.add(planned.repository);
        holdings.set(`${planned.repository}:${planned.tag}`, image.ecr_digest);
      }
    }
  };
  const start = (plan: MigrationPlan, resumed?: string): string => {
    made += 1;
    const id = resumed ?? `job-${made}`;
    const job = new FakeJob(id, plan, new Map(failingImages));
    jobs.set(id, job);
    if (options.autoplay) {
      const timer = setInterval(() => {
        job.play(1);
        if (job.snapshot().status === "finished") {
          clearInterval(timer);
          settle(job);
        }
      }, autoplayMs);
    }
    return id;
  };
  const practice = (connection: AwsConnection) => connection.kind === "practice";
  const imagesOf = (name: string, registry: string) => fakeImages(holdings, name, registry);

  const clientLogins = new FakeClientLogins();
  const calls: FakeBackend["calls"] = [];
  let heldPlan: Parameters<FakeBackend["holdPlan"]>[0] | null = null;
  const registry: RegistrySettings = {
    blob_mounting: false,
    templates: [],
    cache_rules: [],
    errors: [],
  };
  const engine = { running: options.engineRunning ?? true };

  const backend: Backend = {
    appInfo: async () => ({
      version: "0.1.0",
      log_folder: "/home/me/.local/share/transload/logs",
      data_folder: "/home/me/.local/share/transload",
      started_in_practice: options.startedInPractice ?? false,
    }),
    settingsGet: async () => settings,
    settingsSet: async (changed) => {
      settings = changed;
    },
    logFolderOpen: async () => {},
    linkOpen: async () => {},
    savePathChoose: async (suggestedName) => `/home/me/${suggestedName}`,
    openPathChoose: async () => "/home/me/profiles.json",
    draftGet: async () => draft,
    draftSet: async (changed) => {
      draft = changed;
    },

    savedProfilesList: async () => profiles,
    savedProfileSave: async (profile) => {
      made += 1;
      const saved = { ...profile, id: profile.id === "" ? `profile-${made}` : profile.id };
      profiles = [
        ...profiles
          .filter((one) => one.id !== saved.id)
          .map((one) => (saved.is_default ? { ...one, is_default: false } : one)),
        saved,
      ];
      return saved;
    },
    savedProfileDelete: async (id) => {
      profiles = profiles.filter((one) => one.id !== id);
    },
    savedProfilesExport: async () => {},
    savedProfilesImport: async () => [],

    awsProfilesList: async () => options.awsProfiles ?? fakeProfiles,
    awsIdentity: async (connection) =>
      fakeIdentity(practice(connection), connection.kind === "profile" ? connection.region : null),
    awsMfaSubmit: async (connection, code) => {
      if (code !== fakeMfaCode) {
        throw fakeError("mfa_code_refused");
      }
      return fakeIdentity(practice(connection), null);
    },
    awsAccountAlias: async () => options.accountAlias ?? null,
    registryLogin: async (connection, withEngine) => ({
      registry: fakeRegistry(practice(connection)),
      user: "AWS",
      expires_at_ms: Date.now() + 43_200_000,
      registry_accepts: true,
      engine_accepts: withEngine ? options.engineLoginError === undefined : null,
      engine_error: (withEngine ? options.engineLoginError : null) ?? null,
    }),
    clientLogins: async (connection) => clientLogins.of(fakeRegistry(practice(connection))),
    clientLoginApply: async (connection, client, way) =>
      clientLogins.apply(fakeRegistry(practice(connection)), client, way),
    clientLoginUndo: async (connection, client) =>
      clientLogins.undo(fakeRegistry(practice(connection)), client),
    ...signIn.methods,

    engineStatus: async () => (engine.running ? engineUp : engineDown),
    engineOriginals: async (repository, tags) =>
      (options.originals?.[repository] ?? []).filter(({ tag }) => tags.includes(tag)),
    networkStatus: async () => options.network ?? fakeNetwork(settings.ca_file),
    caFileCheck: async (path) => fakeCaFile(path),

    sourceLogin: async ({ username, keep }) => {
      const kept = keep && options.keychainError === undefined;
      login = { username, origin: kept ? "keychain" : "typed", keychain_error: null };
      return { ...login, keychain_error: (keep && options.keychainError) || null };
    },
    sourceLogout: async () => {
      login = anonymous;
      return login;
    },
    sourceLoginStatus: async () => login,
    sourceNamespaces: async () =>
      login.username === null
        ? { namespaces: [], organizations_told: false }
        : { namespaces: [login.username, "acme"], organizations_told: true },
    sourceRepositories: async (source, next) => {
      if (source.kind !== "docker_engine") {
        return fakeRepositories(source, next);
      }
      if (!engine.running) {
        throw engineDown.error;
      }
      return { repositories: [...engineRepositories], next: null, total: null };
    },
    sourceTags: async (source, repository, next) => fakeTags(source, repository, next),
    sourceTagDetails: async (_source, repository, tags) =>
      (practiceTags[repository] ?? []).filter((one) => tags.includes(one.tag)),

    sourceChoose: async (_source, selection) => fakeChosenTags(selection),

    repositoryNamesPropose: async (sources, rules) => fakeProposedNames(sources, rules),
    migrationPlan: async (request, _attempt, onProgress) => {
      const held = heldPlan;
      heldPlan = null;
      if (held !== null) {
        return held(onProgress);
      }
      made += 1;
      onProgress({ looked_at: request.images.length, images: request.images.length });
      const plan = fakePlan(`plan-${made}`, request, {
        holdings,
        repositories,
        refused: refusedImages,
        overwriteAllowed: options.overwriteAllowed ?? false,
        planned: options.planned ?? {},
      });
      plans.set(plan.plan, plan);
      lastRequest = request;
      return plan;
    },
    migrationPlanCancel: async () => {},
    migrationCommands: async (id, tool) =>
      (plans.get(id)?.images ?? []).map(
        (image) => `${tool} copy ${image.source} ${image.destination}`,
      ),
    migrationPermissions: async (id) => {
      const plan = plans.get(id);
      if (plan === undefined) {
        throw fakeError("plan_unknown");
      }
      return fakePermissions(plan, options.missing ?? []);
    },
    migrationStart: async (id) => {
      const plan = plans.get(id);
      if (plan === undefined) {
        throw fakeError("plan_unknown");
      }
      return start(plan);
    },
    migrationRetryFailed: async (id) => {
      const job = jobOf(id);
      const failed = new Set(
        (job.snapshot().report?.images ?? [])
          .filter((image) => image.result.kind === "failed")
          .map((image) => image.image),
      );
      const images = job.plan.images
        .filter((image) => failed.has(image.image))
        .map((image, number) => ({ ...image, image: number }));
      return start({ ...job.plan, images });
    },
    migrationResume: async (migration) => {
      return start(jobOf(migration).plan, migration);
    },
    migrationPlanExport: async () => {},
    migrationReportExport: async () => {},
    ...undos.methods,

    historyList: async () =>
      [
        ...[...jobs.values()].reverse().map((job) => fakeHistoryEntry(job.snapshot())),
        ...history,
      ].map((entry) => ({ ...entry, undone: undos.undone.get(entry.migration) ?? entry.undone })),
    historyReport: async (migration) => reportOf(migration),
    historyRequest: async () => {
      if (lastRequest === null) {
        throw fakeError("job_unknown");
      }
      return lastRequest;
    },
    historyVerify: async (migration) => reportOf(migration),
    historyDelete: async (migration) => {
      jobs.delete(migration);
      history = history.filter((one) => one.migration !== migration);
    },

    jobsList: async () => [...jobs.values()].map((job) => job.snapshot()).reverse(),
    jobSnapshot: async (id) => jobOf(id).snapshot(),
    jobFollow: (id, fromSeq, onEvent) => jobOf(id).follow(fromSeq, onEvent),
    jobPause: async (id) => jobOf(id).pause(),
    jobResume: async (id) => jobOf(id).resume(),
    jobLookAgain: async () => {},
    jobCancel: async (id) => jobOf(id).cancel(),

    registrySettings: async () => registry,
    registryOfferCommands: async (_connection, offer) => [
      offer.kind === "blob_mounting"
        ? "aws ecr put-account-setting --name BLOB_MOUNTING --value ENABLED"
        : `aws ecr create ${offer.kind} --prefix ${offer.prefix}`,
    ],
    registryOfferAccept: async (_connection, offer) => {
      if (offer.kind === "blob_mounting") {
        registry.blob_mounting = true;
      } else if (offer.kind === "create_on_push") {
        registry.templates?.push({ prefix: offer.prefix, on_push: true });
      } else {
        registry.cache_rules?.push({ prefix: offer.prefix, upstream: "registry-1.docker.io" });
      }
    },

    repositoriesList: async (connection) =>
      [...repositories].map((name) => fakeRepository(name, practice(connection))),
    repositorySummaries: async (_connection, names) =>
      names.map((name) => {
        const images = imagesOf(name, "").length;
        return { name, images, size_bytes: images * 20_000_000 };
      }),
    repositoryDetails: async (connection, name) => {
      if (!repositories.has(name)) {
        throw fakeError("repository_missing", `ECR has no repository ${name}.`, name);
      }
      const registry = fakeRegistry(practice(connection));
      return {
        repository: fakeRepository(name, practice(connection)),
        lifecycle_policy: null,
        images: imagesOf(name, registry),
        push_commands: [`docker push ${registry}/${name}:latest`],
      };
    },
    repositoryIndexEntries: async (_connection, name, digest) =>
      ["linux/amd64", "linux/arm64"].map((platform) => ({
        digest: fakeDigest(`${name}${digest}${platform}`),
        platform,
        kind: "image",
        size_bytes: 10_000_000,
      })),

    ...fakeDeletions(holdings, repositories),

    repositoryElsewhere: async () => [...(options.elsewhere ?? [])],
    repositoryCreate: async (connection, name) => {
      repositories.add(name);
      return fakeRepository(name, practice(connection));
    },

    practiceStart: async () => fakePractice,
    practiceReset: async () => {
      holdings.clear();
      repositories.clear();
      return fakePractice;
    },
    onCloseRequested: (callback) => {
      closeListeners.add(callback);
      return () => closeListeners.delete(callback);
    },
    windowClose: async () => {},
  };

  const handler: ProxyHandler<Backend> = {
    get(target, name: keyof Backend) {
      const method = target[name] as (...args: unknown[]) => unknown;
      if (name === "jobFollow" || name === "onCloseRequested") {
        return method;
      }
      return async (...args: unknown[]) => {
        calls.push({ method: name, args });
        const failure = failures.get(name);
        if (failure !== undefined) {
          failures.delete(name);
          throw failure;
        }
        return method(...args);
      };
    },
  };
  const watched = new Proxy(backend, handler);
  const methods = Object.fromEntries(
    Object.keys(backend).map((name) => [name, watched[name as keyof Backend]]),
  ) as unknown as Backend;

  return {
    ...methods,
    failNext: (method, error) => {
      failures.set(method, error);
    },
    holdPlan: (make) => {
      heldPlan = make;
    },
    failingImages,
    refusedImages,
    signIn,
    holdings,
    repositories,
    get engineRunning() {
      return engine.running;
    },
    set engineRunning(running: boolean) {
      engine.running = running;
    },
    play: (events) => {
      const job = [...jobs.values()].at(-1);
      job?.play(events);
      if (job?.snapshot().status === "finished") {
        settle(job);
      }
    },
    followers: () => [...jobs.values()].reduce((sum, job) => sum + job.followed, 0),
    requestClose: () => {
      for (const listener of closeListeners) {
        listener();
      }
    },
    closeListeners,
    calls,
  };
}
