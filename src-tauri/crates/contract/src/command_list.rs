//! Every command of the window, declared once: its documentation, its name, its request and its answer.
//!
//! `shell` commands need the window, its dialogs or its files, and are methods of `Shell` in
//! `src-tauri/src/commands/`. `api` commands are methods of `Api` in `crates/api/src/handlers/`. A type
//! after `;` is what the command reports while it runs. A failed command answers an `ApiError`.
//!
//! Three macros receive the list: in the shell's `build.rs` (permissions), in `src-tauri/src/commands.rs` (dispatch)
//! and in `crates/contract/src/typescript.rs` (the interface `Commands` and the types that it needs).

/// Calls the macro `$receiver` of the caller with the list. The types are those that the caller has in scope.
#[macro_export]
macro_rules! with_command_list {
    ($receiver:ident) => {
        $receiver! {
    shell {
        /// Version, folders and start mode of the program.
        app_info() -> AppInfo;
        /// Opens the folder of the log files in the system's file manager.
        log_folder_open() -> ();
        /// Opens a web page in the system's browser. Only known sites are allowed.
        link_open(url: String) -> ();
        /// Asks where to save a file. `null` if the user cancels.
        save_path_choose(suggested_name: String) -> Option<String>;
        /// Asks which file to open. `null` if the user cancels.
        open_path_choose() -> Option<String>;
        /// Reads a file that was dropped on the window: a plan or a list of images. Starts nothing.
        dropped_file_read(path: PathBuf) -> DroppedFile;
        /// Closes the window, also while a job runs.
        window_close() -> ();

        settings_get() -> Settings;
        settings_set(settings: Settings) -> ();
        /// The wizard's draft as the window stored it.
        draft_get() -> Option<WizardDraft>;
        /// Stores the wizard's draft; `null` deletes it.
        draft_set(draft: Option<WizardDraft>) -> ();

        /// The sources that were used last, the last one first. Without logins.
        recent_sources_list() -> Vec<ImageSource>;
        /// Puts a source first in the recent sources, and answers them.
        recent_source_add(source: ImageSource) -> Vec<ImageSource>;
        recent_source_remove(source: ImageSource) -> Vec<ImageSource>;

        saved_profiles_list() -> Vec<SavedProfile>;
        /// Saves a profile and answers it as saved. An empty ID creates a new one.
        saved_profile_save(profile: SavedProfile) -> SavedProfile;
        saved_profile_delete(id: String) -> ();
        saved_profiles_export(ids: Vec<String>, path: PathBuf) -> ();
        /// Adds the profiles of a file; a name that is already used gets a number. Fails with
        /// `endpoints_not_allowed` if a profile names endpoints and `allow_endpoints` is false.
        saved_profiles_import(path: PathBuf, allow_endpoints: bool) -> Vec<SavedProfile>;

        /// Opens the page of a pending sign-in in the system's browser.
        sign_in_page_open(sign_in: String) -> ();

        /// Writes a plan to a file, so that another computer can run it.
        migration_plan_export(plan: String, path: PathBuf) -> ();
        migration_report_export(job: String, format: ReportFormat, path: PathBuf) -> ();
        /// Writes a generated file for a friendly name.
        name_file_export(request: NameAnswersRequest, connection: Option<AwsConnection>, file: GeneratedFileId, path: PathBuf) -> ();

        /// Writes an attestation, SBOM or signature to a file as it is, whatever its size.
        image_attestation_export(image: ImageLocation, manifest: String, blob: String, path: PathBuf) -> ();

        /// Opens a file in the program that the system has for it. Only a file that was exported since the program started.
        exported_file_open(path: PathBuf) -> ();

        /// Reports the events of a job from `from_seq` on, in order, several at a time.
        job_follow(job: String, from_seq: u64; Vec<JobEvent>) -> ();
    }
    api {
        aws_profiles_list() -> AwsProfiles;
        aws_identity(connection: AwsConnection) -> AwsIdentity;
        /// Submits the six digits of the MFA device that the profile requires, and answers the caller.
        aws_mfa_submit(connection: AwsConnection, code: String) -> AwsIdentity;
        /// The alias of the account. `null` if it has none or the caller may not read it.
        aws_account_alias(connection: AwsConnection) -> Option<String>;
        /// Gets the authorization token and tests it at the registry, and at the Docker Engine if the
        /// engine will push.
        registry_login(connection: AwsConnection, with_engine: bool) -> RegistryLogin;

        /// Registry logins of the user's own `docker` and Podman. Writes nothing.
        client_logins(connection: AwsConnection) -> ClientLogins;
        /// Logs a client in to the registry and answers the new state.
        client_login_apply(connection: AwsConnection, client: LoginClient, method: LoginMethod) -> ClientLogins;
        /// Restores what a client had before its last change here.
        client_login_undo(connection: AwsConnection, client: LoginClient) -> ClientLogins;

        /// Starts a sign-in to IAM Identity Center, or returns the pending one of the same session. A
        /// different `method` replaces the pending sign-in; `null` selects one.
        sign_in_start(target: SignInTarget, method: Option<SignInMethod>) -> SignInPrompt;
        /// Waits until the user signed in, refused or cancelled.
        sign_in_wait(sign_in: String) -> SignInOutcome;
        sign_in_cancel(sign_in: String) -> ();
        /// The IAM Identity Center sessions that the AWS configuration names.
        sso_sessions_list() -> Vec<SsoSession>;
        /// Signs out at AWS and deletes the session on this computer.
        sso_sign_out(target: SignInTarget) -> ();
        sso_accounts_list(target: SignInTarget) -> Vec<SsoAccount>;
        sso_roles_list(target: SignInTarget, account_id: String) -> Vec<String>;
        /// What a new profile would add to the AWS configuration. Writes nothing.
        aws_profile_preview(profile: NewAwsProfile) -> NewAwsProfileText;
        /// Adds a profile to the AWS configuration. Existing lines are unchanged.
        aws_profile_add(profile: NewAwsProfile) -> ();

        engine_status() -> EngineStatus;
        /// What registries hold of images of the Docker Engine, if it is more or something else.
        registry_counterparts(repository: String, tags: Vec<String>) -> Vec<RegistryCounterpart>;

        /// Proxies, certificate authorities and the clock of this computer.
        network_status() -> NetworkStatus;
        /// Reads a file with certificate authorities. Changes nothing.
        ca_file_check(path: String) -> CaFile;

        source_login(login: SourceLogin) -> SourceLoginStatus;
        source_logout(source: ImageSource) -> SourceLoginStatus;
        source_login_status(source: ImageSource) -> SourceLoginStatus;
        /// The Docker Hub namespaces of the signed-in user. Empty for other sources.
        source_namespaces(source: ImageSource) -> SourceNamespaces;
        source_repositories(source: ImageSource, next: Option<String>) -> SourceRepositories;
        source_tags(source: ImageSource, repository: String, next: Option<String>) -> SourceTags;
        /// Digest, platforms and size of tags that `source_tags` listed by name only.
        source_tag_details(source: ImageSource, repository: String, tags: Vec<String>) -> Vec<SourceTag>;
        /// The source, repository and tag of text that was pasted into a field. `null` if it is plain text of
        /// the field. `current` is the source that the fields show.
        source_paste_read(text: String, field: PasteField, current: Option<ImageSource>) -> Option<PastedSource>;
        /// The images that rules select now. `attempt` is a new name, to cancel it by. `null` if it was
        /// cancelled.
        source_choose(source: ImageSource, selection: Selection, attempt: String; ChooseProgress) -> Option<ChosenTags>;
        source_choose_cancel(attempt: String) -> ();

        /// The ECR names for repositories of a source, without the prefix.
        repository_names_propose(source_repositories: Vec<String>, rules: Vec<RenameRule>) -> ProposedNames;
        /// Plans a migration. Writes nothing. `attempt` is a new name, to cancel it by. `null` if it was
        /// cancelled.
        migration_plan(request: MigrationRequest, attempt: String; PlanProgress) -> Option<MigrationPlan>;
        migration_plan_cancel(attempt: String) -> ();
        /// The same work as commands of another tool.
        migration_commands(plan: String, tool: CopyTool) -> Vec<String>;
        /// Permissions that a plan requires. Writes nothing.
        migration_permissions(plan: String) -> PlanPermissions;
        /// Confirms that the lifecycle policies of these repositories expire images of the plan.
        migration_expiry_confirm(plan: String, repositories: Vec<String>) -> ();
        /// Starts a plan and answers the job.
        migration_start(plan: String) -> String;
        /// Starts a new job for the failed images of a job, and answers it.
        migration_retry_failed(job: String) -> String;
        /// Resumes a migration of the history, retries its failed images, and answers the job.
        migration_resume(migration: String) -> String;
        /// Says what an undo of a migration would delete now. Writes nothing.
        migration_undo_plan(migration: String) -> UndoPlan;
        /// Carries out a planned undo.
        migration_undo(undo: String; UndoProgress) -> UndoReport;
        /// Stops an undo. What it deleted stays deleted.
        migration_undo_stop(undo: String) -> ();

        /// Every migration that this computer ran, newest first. One that cannot be read has its error.
        history_list() -> Vec<HistoryEntry>;
        /// The migrations with images whose name or tag contains a text, or whose digest starts with it.
        history_search(text: String) -> Vec<HistoryMatch>;
        history_report(migration: String) -> MigrationReport;
        /// The request of a migration, to run it again.
        history_request(migration: String) -> MigrationRequest;
        /// Deletes the record of a migration. Its images stay in ECR.
        history_delete(migration: String) -> ();
        /// Compares the digests of a migration with the registry and ECR as they are now.
        history_verify(migration: String) -> MigrationReport;

        /// The jobs since the program started, newest first.
        jobs_list() -> Vec<ListedJob>;
        job_snapshot(job: String) -> JobSnapshot;
        job_pause(job: String) -> ();
        job_resume(job: String) -> ();
        /// Makes a job that waits for a sign-in or a pull quota check again immediately.
        job_check_now(job: String) -> ();
        job_cancel(job: String) -> ();

        /// Settings of the whole registry of an account and region.
        registry_settings(connection: AwsConnection) -> RegistrySettings;
        /// The commands that would make an offered change of the registry's settings.
        registry_offer_commands(connection: AwsConnection, offer: RegistryOffer) -> Vec<String>;
        /// Makes an offered change that the user confirmed.
        registry_offer_accept(connection: AwsConnection, offer: RegistryOffer) -> ();

        /// The configuration of the registry. A part that can't be read is an error of its own.
        registry_configuration(connection: AwsConnection) -> RegistryConfiguration;
        /// Makes a change of the registry's configuration that the user confirmed.
        registry_change(connection: AwsConnection, change: RegistryChange) -> ();
        /// Who could do what with the registry under this policy. Makes no call.
        registry_policy_words(connection: AwsConnection, text: String) -> AccessWords;
        /// Checks that a pull through cache rule can reach its upstream. Changes nothing.
        registry_cache_rule_validate(connection: AwsConnection, prefix: String) -> CacheRuleValidation;

        repositories_list(connection: AwsConnection) -> Vec<Repository>;
        repository_summaries(connection: AwsConnection, names: Vec<String>) -> Vec<RepositorySummary>;
        repository_details(connection: AwsConnection, name: String) -> RepositoryDetails;
        /// Reads manifests of up to 100 images in one call, unless they were read before. Answers those that couldn't
        /// be read.
        repository_manifests_read(connection: AwsConnection, name: String, digests: Vec<String>) -> Vec<UnreadManifest>;
        /// The rows of a repository as it was last listed, with the manifests that were read since.
        repository_rows(connection: AwsConnection, name: String) -> RepositoryRows;
        /// What a lifecycle policy would do now with the images as they were last listed. Makes no call.
        lifecycle_what_if(connection: AwsConnection, name: String, text: String) -> LifecycleWhatIf;
        /// Starts ECR's own preview of a policy, which changes nothing, and answers its state.
        lifecycle_preview_start(connection: AwsConnection, name: String, text: String) -> LifecyclePreviewState;
        /// The state of ECR's preview of this text.
        lifecycle_preview(connection: AwsConnection, name: String, text: String) -> LifecyclePreviewState;
        /// Sets a lifecycle policy. Only after ECR's preview of this text is complete and has these numbers.
        lifecycle_policy_set(connection: AwsConnection, name: String, text: String, expiring: u64, archiving: u64) -> ();
        lifecycle_policy_remove(connection: AwsConnection, name: String) -> ();
        /// The policy of a repository, and who can do what with it.
        repository_access(connection: AwsConnection, name: String) -> RepositoryAccess;
        /// Who could do what with a repository under this policy. Makes no call.
        repository_access_words(connection: AwsConnection, text: String) -> AccessWords;
        /// Sets the policy of a repository, unless it is no longer the one that was confirmed, `before`.
        repository_policy_set(connection: AwsConnection, name: String, before: Option<String>, text: String) -> ();
        /// Removes the policy of a repository, unless it is no longer the one that was confirmed, `before`.
        repository_policy_remove(connection: AwsConnection, name: String, before: String) -> ();
        /// What a clean-up of each class would delete, with the images as they were last listed. Makes no call.
        repository_cleanup(connection: AwsConnection, name: String, rules: CleanupRules) -> RepositoryCleanup;
        /// What is known of the contents of all repositories, from the lists that were read last.
        registry_contents(connection: AwsConnection) -> RegistryContents;
        /// Lists the images of the repositories that weren't listed since then. `attempt` is a new name, to cancel it
        /// by. `null` if it was cancelled; what was listed until then is kept.
        registry_contents_read(connection: AwsConnection, since_ms: u64, attempt: String; RegistryReadProgress) -> Option<RegistryContents>;
        registry_contents_read_stop(attempt: String) -> ();
        /// What a repository stores and when it was used, from the list that was read last.
        repository_storage(connection: AwsConnection, name: String) -> RepositoryStorage;
        /// Images with a tag that contains the text or a digest that begins with it, as they were last listed. Reports
        /// the first ones before the search ends. `attempt` is a new name, to cancel it by. `null` if it was cancelled.
        images_find(connection: AwsConnection, text: String, attempt: String; FoundImages) -> Option<FoundImages>;
        images_find_stop(attempt: String) -> ();
        /// Archives images, or restores them, with everything that belongs only to them.
        repository_images_archive(connection: AwsConnection, name: String, digests: Vec<String>, is_archived: bool) -> StorageClassChange;
        /// What adding a tag to an image would do, with the images as they were last listed.
        image_tag_check(connection: AwsConnection, name: String, digest: String, tag: String) -> TagEffect;
        /// Adds a tag to an image, or moves it from the image `moves_from`. Fails with `tag_moved` if another image has the
        /// tag.
        image_tag_add(connection: AwsConnection, name: String, digest: String, tag: String, moves_from: Option<String>) -> TagAdded;
        /// Undoes what `image_tag_add` did, unless someone moved the tag since, or ECR would delete the image.
        image_tag_undo(connection: AwsConnection, name: String, digest: String, tag: String, undo: TagReversal) -> ();
        /// Which pushes another tag mutability would refuse, with the images as they were last listed. Makes no call.
        repository_mutability_check(connection: AwsConnection, name: String, setting: TagMutabilitySetting) -> MutabilityEffect;
        repository_mutability_set(connection: AwsConnection, name: String, setting: TagMutabilitySetting) -> ();
        /// The AWS tags of up to 100 repositories. One call for each.
        repositories_aws_tags(connection: AwsConnection, names: Vec<String>) -> Vec<ListedAwsTags>;
        /// The lifecycle policies of up to 100 repositories. One call for each.
        repositories_policies(connection: AwsConnection, names: Vec<String>) -> Vec<ListedPolicy>;
        /// Says what a deletion would delete now, and what it would keep. Deletes nothing. Reads the manifests of indexes
        /// that weren't read before.
        deletion_plan(connection: AwsConnection, target: DeletionTarget) -> DeletionPlan;
        /// Carries out a planned deletion, after writing a record of its images.
        deletion_run(deletion: String; DeletionProgress) -> DeletionReport;
        /// Stops a deletion before its next call. What it deleted stays deleted.
        deletion_stop(deletion: String) -> ();
        /// The deletions of images that this computer ran, newest first.
        deletion_history() -> Vec<DeletionEntry>;
        /// The changes of tags and of the storage of images that this computer made, newest first.
        image_changes() -> Vec<ImageChange>;
        /// Says which images of a deletion can be pushed again, because ECR still has their layers. Pushes nothing.
        restore_plan(deletion: String) -> RestorePlan;
        /// Carries out a planned restore.
        restore_run(restore: String; RestoreProgress) -> RestoreReport;
        /// Stops a restore before its next image. What it restored stays.
        restore_stop(restore: String) -> ();
        /// The other regions of the account that have a repository of this name.
        repository_in_other_region(connection: AwsConnection, name: String) -> Vec<String>;
        /// Creates a repository, as a plan would.
        repository_create(connection: AwsConnection, name: String, settings: RepositorySettings) -> Repository;

        /// Reads an image: its manifest, one platform, its configuration. Downloads no layer.
        image_inspect(image: ImageLocation, options: InspectOptions) -> ImageInspection;
        /// The differences between two images, which may be in different registries.
        image_compare(left: ImageLocation, right: ImageLocation, options: InspectOptions) -> ImageComparison;

        /// Diagnoses a name in front of ECR. Reports each check. The token is sent and an upload is started
        /// only if the request allows it.
        /// `attempt` is a new name, to cancel it by. `null` if it was cancelled.
        name_diagnose(request: NameDiagnosisRequest, connection: Option<AwsConnection>, attempt: String; CheckResult) -> Option<NameDiagnosis>;
        name_diagnose_cancel(attempt: String) -> ();
        /// The answers for a name, with the files of each. Writes nothing.
        name_answers(request: NameAnswersRequest, connection: Option<AwsConnection>) -> NameAnswers;
        /// The files of clients on this computer that rename, and their state. Writes nothing.
        name_client_files(request: NameAnswersRequest, connection: Option<AwsConnection>) -> Vec<ClientFile>;
        /// Installs such a file and answers the new state.
        name_client_file_apply(request: NameAnswersRequest, connection: Option<AwsConnection>, file: GeneratedFileId) -> Vec<ClientFile>;
        /// Restores what was there before a file was installed, and answers the new state.
        name_client_file_undo(request: NameAnswersRequest, connection: Option<AwsConnection>, file: GeneratedFileId) -> Vec<ClientFile>;

        /// Pushes a tiny image through a name and pulls it with every client on this computer, then deletes it.
        /// Reports the result of each client.
        name_prove(request: NameProofRequest, connection: AwsConnection; ClientProof) -> NameProof;
        /// How each client pulls an image, and the policy that it requires. Writes nothing.
        pull_guides(request: PullGuidesRequest, connection: AwsConnection) -> PullGuides;
        /// Whether this computer can pull an image: AWS credentials, permission, a client's login, network.
        pull_prerequisites(request: PullGuidesRequest, connection: AwsConnection) -> Vec<PullPrerequisite>;

        /// Attestations, SBOMs and signatures that are attached to an image. Verifies no signature.
        image_supply_chain(image: ImageLocation) -> SupplyChain;
        /// Reads one of them, by the digests of its manifest and its blob.
        image_attestation(image: ImageLocation, manifest: String, blob: String) -> AttestationDocument;

        /// Which other images, of those whose manifests were read, have the layers of an image. Makes no call.
        image_layer_sharing(connection: AwsConnection, name: String, digest: String) -> LayerSharing;
        /// The digest that a tag has now, read without a pull. `null` if the tag doesn't exist.
        image_digest_now(image: ImageLocation) -> Option<String>;
        /// What the last scan of an image found, by package.
        image_vulnerabilities(connection: AwsConnection, name: String, digest: String) -> ImageVulnerabilities;
        /// Starts a basic scan of an image. ECR allows one in 24 hours.
        image_scan_start(connection: AwsConnection, name: String, digest: String) -> ();
        /// The number of findings of up to 100 images. One call for each image, 4 at a time.
        image_finding_counts(connection: AwsConnection, name: String, digests: Vec<String>) -> Vec<ListedFindings>;
        /// The images of a repository that run, as Amazon Inspector reports. One call for each 200 of them, unless they
        /// were read in the last hour and `refresh` is false.
        repository_use(connection: AwsConnection, name: String, refresh: bool) -> RepositoryUse;
        /// The regions and accounts that ECR replicates an image to.
        image_replication(connection: AwsConnection, name: String, digest: String) -> Vec<ImageReplication>;

        /// The files of a layer of an image. Downloads the layer unless it has a table of contents or was listed before.
        /// `attempt` is a new name, to cancel it by. `null` if it was cancelled.
        image_layer_files(image: ImageLocation, layer: String, max_download_bytes: Option<u64>, attempt: String; ListProgress) -> Option<LayerListing>;
        /// What each layer of an image adds, changes and deletes. Lists all of them.
        image_layer_changes(image: ImageLocation, attempt: String; ListProgress) -> Option<StackChanges>;
        /// Cancels either of the two.
        image_layer_files_cancel(attempt: String) -> ();

        /// Starts the servers of practice mode, or answers where they are.
        practice_start() -> PracticeStatus;
        practice_reset() -> PracticeStatus;
        /// Adds example repositories to practice's ECR. Answers their names.
        practice_examples_create() -> Vec<String>;
        /// Moves a tag of practice's Docker Hub to the image of another tag of the repository.
        practice_tag_move(repository: String, tag: String, to: String) -> ();
    }
        }
    };
}
