import type {
  AppInfo,
  AwsConnection,
  AwsIdentity,
  AwsProfiles,
  CaFile,
  ChooseProgress,
  ChosenTags,
  ClientLogins,
  CopyTool,
  EngineOriginal,
  EngineStatus,
  HistoryEntry,
  ImageNotDeleted,
  ImageSource,
  ImageToDelete,
  IndexEntry,
  JobEvent,
  JobSnapshot,
  LoginClient,
  LoginWay,
  MigrationPlan,
  MigrationReport,
  MigrationRequest,
  NetworkStatus,
  NewAwsProfile,
  NewAwsProfileText,
  PlanPermissions,
  PlanProgress,
  PracticeStatus,
  ProposedNames,
  RegistryLogin,
  RegistryOffer,
  RegistrySettings,
  RenameRule,
  ReportFormat,
  Repository,
  RepositoryDetails,
  RepositorySettings,
  RepositorySummary,
  SavedProfile,
  Selection,
  Settings,
  SignInOutcome,
  SignInPrompt,
  SignInTarget,
  SignInWay,
  SourceLogin,
  SourceLoginStatus,
  SourceNamespaces,
  SourceRepositories,
  SourceTag,
  SourceTags,
  SsoAccount,
  SsoSession,
  UndoPlan,
  UndoProgress,
  UndoReport,
} from "./generated";

/** Stops a subscription. */
export type Unsubscribe = () => void;

/**
 * Everything the window asks of the program. Each method is one `#[tauri::command]` of the same
 * name in snake case. A method that fails throws an `ApiError`.
 */
export interface Backend {
  appInfo(): Promise<AppInfo>;
  settingsGet(): Promise<Settings>;
  settingsSet(settings: Settings): Promise<void>;
  /** Opens the folder of the log files in the system's file manager. */
  logFolderOpen(): Promise<void>;
  /** Opens a web page in the system's browser; only the addresses that the program allows. */
  linkOpen(url: string): Promise<void>;
  /** Asks where to save a file; nothing when the person cancels. */
  savePathChoose(suggestedName: string): Promise<string | null>;
  /** Asks which file to open; nothing when the person cancels. */
  openPathChoose(): Promise<string | null>;

  /** The wizard's draft as the window left it; the program only keeps it. */
  draftGet(): Promise<unknown | null>;
  draftSet(draft: unknown | null): Promise<void>;

  savedProfilesList(): Promise<SavedProfile[]>;
  /** Saves a profile; an empty id makes a new one. Answers what was saved. */
  savedProfileSave(profile: SavedProfile): Promise<SavedProfile>;
  savedProfileDelete(id: string): Promise<void>;
  savedProfilesExport(ids: string[], path: string): Promise<void>;
  /**
   * Reads profiles from a file and adds them; a name that is taken gets a number. Fails with
   * `endpoints_not_allowed` if a profile names endpoints and they are not allowed.
   */
  savedProfilesImport(path: string, allowEndpoints: boolean): Promise<SavedProfile[]>;

  awsProfilesList(): Promise<AwsProfiles>;
  awsIdentity(connection: AwsConnection): Promise<AwsIdentity>;
  /** Gives the six digits of the MFA device that the profile waits for; answers who the caller is. */
  awsMfaSubmit(connection: AwsConnection, code: string): Promise<AwsIdentity>;
  /** The account's alias; nothing where it has none, or where the caller may not ask. */
  awsAccountAlias(connection: AwsConnection): Promise<string | null>;
  /** Gets the registry token and tries it on the registry, and on the engine when it will push. */
  registryLogin(connection: AwsConnection, withEngine: boolean): Promise<RegistryLogin>;

  /** What the person's own docker and Podman have for the registry; nothing is written. */
  clientLogins(connection: AwsConnection): Promise<ClientLogins>;
  /** Gives a client a login on the registry; answers what there is then. */
  clientLoginApply(
    connection: AwsConnection,
    client: LoginClient,
    way: LoginWay,
  ): Promise<ClientLogins>;
  /** Puts back what a client had before its last change here. */
  clientLoginUndo(connection: AwsConnection, client: LoginClient): Promise<ClientLogins>;

  /**
   * Begins a sign-in through IAM Identity Center, or answers the one that waits for the same
   * session; another way than it has ends that one. No way: what suits.
   */
  signInStart(target: SignInTarget, way: SignInWay | null): Promise<SignInPrompt>;
  /** Waits until the person has signed in, refused, or cancelled. */
  signInWait(signIn: string): Promise<SignInOutcome>;
  signInCancel(signIn: string): Promise<void>;
  /** Opens the page of a sign-in that waits, in the system's browser. */
  signInPageOpen(signIn: string): Promise<void>;
  /** The sign-ins that the AWS configuration names. */
  ssoSessionsList(): Promise<SsoSession[]>;
  /** Ends a session at AWS, and forgets it on this computer. */
  ssoSignOut(target: SignInTarget): Promise<void>;
  ssoAccountsList(target: SignInTarget): Promise<SsoAccount[]>;
  ssoRolesList(target: SignInTarget, accountId: string): Promise<string[]>;
  /** What a new profile would add to the AWS configuration; writes nothing. */
  awsProfilePreview(profile: NewAwsProfile): Promise<NewAwsProfileText>;
  /** Adds a profile to the AWS configuration; no line of it changes. */
  awsProfileAdd(profile: NewAwsProfile): Promise<void>;
  engineStatus(): Promise<EngineStatus>;
  /** What registries have of images of the engine, where that is more or something else. */
  engineOriginals(repository: string, tags: string[]): Promise<EngineOriginal[]>;

  /** How this computer reaches others: proxies, certificate authorities, its clock. */
  networkStatus(): Promise<NetworkStatus>;
  /** Reads a file with certificate authorities and says what it holds; nothing is changed. */
  caFileCheck(path: string): Promise<CaFile>;

  sourceLogin(login: SourceLogin): Promise<SourceLoginStatus>;
  sourceLogout(source: ImageSource): Promise<SourceLoginStatus>;
  sourceLoginStatus(source: ImageSource): Promise<SourceLoginStatus>;
  /** The Docker Hub namespaces of whoever is signed in; none of another source. */
  sourceNamespaces(source: ImageSource): Promise<SourceNamespaces>;
  sourceRepositories(source: ImageSource, next: string | null): Promise<SourceRepositories>;
  sourceTags(source: ImageSource, repository: string, next: string | null): Promise<SourceTags>;
  /** Digest, platforms and size of tags that `sourceTags` gave by name only. */
  sourceTagDetails(source: ImageSource, repository: string, tags: string[]): Promise<SourceTag[]>;

  /**
   * The images of a source that rules choose now, and meanwhile how much of it was read. `attempt` is
   * a new name, to stop it by; what was stopped chooses nothing.
   */
  sourceChoose(
    source: ImageSource,
    selection: Selection,
    attempt: string,
    onProgress: (progress: ChooseProgress) => void,
  ): Promise<ChosenTags | null>;
  sourceChooseCancel(attempt: string): Promise<void>;

  /** What repositories of a source would be called in ECR, without the prefix. */
  repositoryNamesPropose(sourceRepositories: string[], rules: RenameRule[]): Promise<ProposedNames>;

  /**
   * Says what a migration would do, and meanwhile how far that is. `attempt` is a new name, to stop
   * it by; a plan that was stopped is none.
   */
  migrationPlan(
    request: MigrationRequest,
    attempt: string,
    onProgress: (progress: PlanProgress) => void,
  ): Promise<MigrationPlan | null>;
  migrationPlanCancel(attempt: string): Promise<void>;
  /** The work of a plan as commands, with another tool. */
  migrationCommands(plan: string, tool: CopyTool): Promise<string[]>;
  /** Whether the caller may do what a plan would do; nothing is written to find it out. */
  migrationPermissions(plan: string): Promise<PlanPermissions>;
  /** Confirms that the lifecycle policies of these repositories expire images, as a plan says. */
  migrationExpiryConfirm(plan: string, repositories: string[]): Promise<void>;
  /** Starts a plan; answers the job. */
  migrationStart(plan: string): Promise<string>;
  /** Starts what failed in a job once more; answers the new job. */
  migrationRetryFailed(job: string): Promise<string>;
  /** Goes on with a migration of the history, and tries again what failed in it; answers the job. */
  migrationResume(migration: string): Promise<string>;
  /** Writes a plan to a file, so that another computer runs it. */
  migrationPlanExport(plan: string, path: string): Promise<void>;
  migrationReportExport(job: string, format: ReportFormat, path: string): Promise<void>;
  /** Says what an undo of a migration would take away now; writes nothing. */
  migrationUndoPlan(migration: string): Promise<UndoPlan>;
  /** Carries out an undo that was planned; tells how far it is, and answers what it did. */
  migrationUndo(undo: string, onProgress: (progress: UndoProgress) => void): Promise<UndoReport>;
  /** Stops an undo; what was taken away stays away. */
  migrationUndoStop(undo: string): Promise<void>;

  /** Every migration that this computer knows, newest first. */
  historyList(): Promise<HistoryEntry[]>;
  historyReport(migration: string): Promise<MigrationReport>;
  /** What a migration was asked for, to ask it again. */
  historyRequest(migration: string): Promise<MigrationRequest>;
  /** Forgets a migration. What it moved stays where it is. */
  historyDelete(migration: string): Promise<void>;

  /** Asks registry and ECR anew what they hold of a migration, and compares. */
  historyVerify(migration: string): Promise<MigrationReport>;

  /** The jobs of this run of the program, newest first. */
  jobsList(): Promise<JobSnapshot[]>;
  jobSnapshot(job: string): Promise<JobSnapshot>;
  /** Calls `onEvent` for every event of a job from `fromSeq` on, in order. */
  jobFollow(job: string, fromSeq: number, onEvent: (event: JobEvent) => void): Unsubscribe;
  jobPause(job: string): Promise<void>;
  jobResume(job: string): Promise<void>;
  /** Lets a job that waits for a sign-in, or for a pull quota, look again at once. */
  jobLookAgain(job: string): Promise<void>;
  jobCancel(job: string): Promise<void>;

  /** What is set for the whole registry of an account and region. */
  registrySettings(connection: AwsConnection): Promise<RegistrySettings>;
  /** The commands that would make a change of that. */
  registryOfferCommands(connection: AwsConnection, offer: RegistryOffer): Promise<string[]>;
  /** Makes a change of that which a person has seen and confirmed. */
  registryOfferAccept(connection: AwsConnection, offer: RegistryOffer): Promise<void>;

  repositoriesList(connection: AwsConnection): Promise<Repository[]>;
  repositorySummaries(connection: AwsConnection, names: string[]): Promise<RepositorySummary[]>;
  repositoryDetails(connection: AwsConnection, name: string): Promise<RepositoryDetails>;
  /** What an index holds. */
  repositoryIndexEntries(
    connection: AwsConnection,
    name: string,
    digest: string,
  ): Promise<IndexEntry[]>;
  /** Deletes tags and images; answers what ECR left, and why. */
  repositoryImagesDelete(
    connection: AwsConnection,
    name: string,
    images: ImageToDelete[],
  ): Promise<ImageNotDeleted[]>;
  /** Deletes a repository that holds nothing. */
  repositoryDelete(connection: AwsConnection, name: string): Promise<void>;
  /** The other regions of the account that have a repository of this name. */
  repositoryElsewhere(connection: AwsConnection, name: string): Promise<string[]>;
  /** Creates a repository that is missing, as a plan would. */
  repositoryCreate(
    connection: AwsConnection,
    name: string,
    settings: RepositorySettings,
  ): Promise<Repository>;

  /** Starts practice mode's servers, or answers where they are. */
  practiceStart(): Promise<PracticeStatus>;
  /** Puts practice mode back to how it was at first. */
  practiceReset(): Promise<PracticeStatus>;
  /** Moves a tag of practice's Docker Hub to the image that another tag of the repository has. */
  practiceTagMove(repository: string, tag: string, to: string): Promise<void>;

  /** Calls back when the window is asked to close while a job runs. */
  onCloseRequested(callback: () => void): Unsubscribe;
  /** Closes the window, whatever runs. */
  windowClose(): Promise<void>;
}
