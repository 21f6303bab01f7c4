/** How a test sets up the fake backend, and what it can read of it. */
import type { Backend, FileDrag } from "../backend";
import type {
  ApiError,
  AwsProfiles,
  HistoryEntry,
  ImageSource,
  JobSnapshot,
  MigrationPlan,
  RepositoryImage,
  SavedProfile,
  Settings,
} from "../generated";
import type { JobRecording } from "./jobRecording";
import type { FakeSignIn } from "./signIn";

/** Initial state of a fake backend, and answers that replace the recorded ones. */
export interface FakeOptions {
  /** Whether jobs run automatically, for browser mode. In tests, the test runs them. */
  autoplay?: boolean;
  /** Answers of a test, by command. */
  answers?: Partial<Backend>;
  /** The recording that a new job plays. */
  jobRecording?: (plan: MigrationPlan) => JobRecording;
  settings?: Partial<Settings>;
  draft?: unknown;
  savedProfiles?: SavedProfile[];
  /** The sources that were used last. */
  recentSources?: ImageSource[];
  /** Recorded migrations, newest first. */
  history?: HistoryEntry[];
  engineRunning?: boolean;
  /** Error of the engine login, while the login of Transload succeeds. */
  engineLoginError?: ApiError;
  awsProfiles?: AwsProfiles;
  keychainError?: ApiError;
  startedInPractice?: boolean;
}

/** The backend of tests and of `npm run dev`: answers from recordings, with injectable failures. */
export interface FakeBackend extends Backend {
  /** The next call of the method throws the error once. */
  failNext(method: keyof Backend, error: ApiError): void;
  /** Images in ECR by repository. */
  readonly ecr: Map<string, RepositoryImage[]>;
  /** Whether the Docker Engine is running. */
  engineRunning: boolean;
  /** Controls pending sign-ins. */
  readonly signIn: FakeSignIn;
  /** Plays events of the newest job: all, or until the job is as wanted. */
  play(until?: (job: JobSnapshot) => boolean): void;
  /** Number of job subscriptions. */
  followers(): number;
  /** Drags or drops files on the window. */
  drag(drag: FileDrag): void;
  /** Asks the window to close. */
  requestClose(): void;
  readonly closeListeners: ReadonlySet<() => void>;
  /** Recorded calls, in order. */
  readonly calls: { method: string; args: unknown[] }[];
}
