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
  /** Their reports after they were verified again, where those differ. */
  verified?: Record<string, MigrationReport>;
  /** What they were asked for. */
  request?: MigrationRequest;
  /** Whether repositories let their tags move. */
  overwriteAllowed?: boolean;
  /** Tags of signatures, by `repository:tag` of the source. */
  referrerTags?: ReadonlyMap<string, readonly PlannedReferrerTag[]>;
  /** Images that are build caches, by `repository:tag` of the source. */
  buildCaches?: ReadonlySet<string>;
  /** What lifecycle policies do with the images of a plan, by repository. */
  lifecycle?: ReadonlyMap<string, LifecycleForecast>;
  /** Chooses by rules instead: it tells its progress and its end. */
  choice?: (onProgress: (progress: ChooseProgress) => void) => Promise<ChosenTags | null>;
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
