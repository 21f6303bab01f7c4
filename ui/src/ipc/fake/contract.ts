import type { Backend } from "../backend";
import type {
  ApiError,
  AwsProfiles,
  ChooseProgress,
  ChosenTags,
  EngineOriginal,
  HistoryEntry,
  LifecycleForecast,
  MigrationPlan,
  MigrationReport,
  MigrationRequest,
  NetworkStatus,
  PlannedReferrerTag,
  PlanProgress,
  PlanTotals,
  SavedProfile,
  Settings,
} from "../generated";
import type { FakeSignIn } from "./signIn";

/** Initial state of a fake backend. */
export interface FakeOptions {
  /** Whether jobs run automatically, for browser mode. In tests, the test runs them. */
  autoplay?: boolean;
  settings?: Partial<Settings>;
  draft?: unknown;
  savedProfiles?: SavedProfile[];
  engineRunning?: boolean;
  /** Error of the engine login, while the login of Transload succeeds. */
  engineLoginError?: ApiError;
  awsProfiles?: AwsProfiles;
  /** Counterparts of the engine images in their registries, by `repository:tag`. */
  originals?: Record<string, EngineOriginal[]>;
  /** Error of the keychain. */
  keychainError?: ApiError;
  network?: NetworkStatus;
  startedInPractice?: boolean;
  accountAlias?: string;
  /** Denied actions. */
  missing?: readonly string[];
  /** Other regions that contain every repository. */
  elsewhere?: readonly string[];
  /** Recorded migrations, newest first. */
  history?: HistoryEntry[];
  reports?: Record<string, MigrationReport>;
  /** Reports after Verify again, if different. */
  verified?: Record<string, MigrationReport>;
  /** Recorded requests. */
  request?: MigrationRequest;
  /** Tag mutability of all repositories. */
  overwriteAllowed?: boolean;
  /** Referrer tags by source `repository:tag`. */
  referrerTags?: ReadonlyMap<string, readonly PlannedReferrerTag[]>;
  /** Images that are build caches, by `repository:tag` of the source. */
  buildCaches?: ReadonlySet<string>;
  /** Expirations by repository. */
  lifecycle?: ReadonlyMap<string, LifecycleForecast>;
  /** Replaces the selection by rules. */
  choice?: (onProgress: (progress: ChooseProgress) => void) => Promise<ChosenTags | null>;
  /** Overrides of generated plans. */
  planned?: Partial<Omit<MigrationPlan, "totals">> & { totals?: Partial<PlanTotals> };
}

/** The backend of tests and of `npm run dev`: in memory, with injectable failures. */
export interface FakeBackend extends Backend {
  /** The next call of the method throws the error once. */
  failNext(method: keyof Backend, error: ApiError): void;
  /** Delays the next plan. The returned handle reports progress and finishes it. */
  holdPlan(
    make: (onProgress: (progress: PlanProgress) => void) => Promise<MigrationPlan | null>,
  ): void;
  /** Images that fail in jobs, by `repository:tag`, until the entry is removed. */
  readonly failingImages: Map<string, ApiError>;
  /** Images that plans reject, by `repository:tag`. */
  readonly refusedImages: Map<string, ApiError>;
  /** Digests in ECR by `repository:tag`. */
  readonly holdings: Map<string, string>;
  readonly repositories: Set<string>;
  /** Whether the Docker Engine is running. */
  engineRunning: boolean;
  /** Controls pending sign-ins. */
  readonly signIn: FakeSignIn;
  /** Plays events of the newest job: a number of events, or all. */
  play(events?: number): void;
  /** Number of job subscriptions. */
  followers(): number;
  /** Asks the window to close. */
  requestClose(): void;
  readonly closeListeners: ReadonlySet<() => void>;
  /** Recorded calls, in order. */
  readonly calls: { method: string; args: unknown[] }[];
}
