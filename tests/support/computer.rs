//! A computer that runs Transload without a window: the API with its own folders, environment and home.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use tempfile::TempDir;
use transload_api::{Api, ApiOptions};
use transload_aws::AwsEnvironment;
use transload_contract::{
    AwsConnection, CopyScope, ImageSource, JobEvent, JobEventKind, MigrationPlan, MigrationReport,
    MigrationRequest, ReportFormat, RepositoryMapping, RepositorySettings, SelectedImage,
    SourceLogin, TagMutability,
};
use transload_contract::{Encryption, LifecyclePreset};
use transload_docker::DockerEnvironment;
use transload_errors::ApiError;

use crate::aws_home::AwsHome;
use crate::secrets::{SecretSearch, known, traces};

/// How long a migration of a story may take. Generous: the machine may be building meanwhile.
const MIGRATION_LIMIT: Duration = Duration::from_secs(180);

/// A computer on which Transload runs without a window: its own home, AWS files, Docker address,
/// data folder and log.
pub struct Computer {
    /// The calls that the window would make.
    pub api: Api,
    folder: TempDir,
    home: AwsHome,
    seen: Mutex<Vec<String>>,
}

impl Computer {
    /// A computer with these AWS files and, where there is one, a Docker Engine at this address.
    ///
    /// # Errors
    /// When its folders cannot be made.
    pub fn new(home: AwsHome, docker_host: Option<&str>) -> Result<Self> {
        start_log();
        for (name, value) in home.environment() {
            known::remember_variable(&name, value.as_ref());
        }
        let folder = TempDir::with_prefix("computer-")?;
        let docker = DockerEnvironment {
            docker_host: docker_host.map(str::to_owned),
            docker_config: Some(home.path().join(".docker")),
            home: Some(home.path().to_path_buf()),
            xdg_runtime_dir: Some(folder.path().join("runtime")),
            search_path: std::env::var_os("PATH"),
            ..DockerEnvironment::default()
        };
        let options = ApiOptions {
            quota_look_again: Some(std::time::Duration::from_millis(200)),
            data_folder: folder.path().join("data"),
            aws: AwsEnvironment::from_variables(home.environment()),
            docker,
        };
        Ok(Self { api: Api::new(options), folder, home, seen: Mutex::default() })
    }

    /// The home folder.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The data folder.
    pub fn data_folder(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Where the reports of the jobs that were followed to their end are exported to, in every format.
    pub fn exports(&self) -> PathBuf {
        self.folder.path().join("exports")
    }

    /// Plans and, where nothing is in the way, runs a migration to its end.
    ///
    /// # Errors
    /// When the plan fails or is not ready, or the rules of events are broken.
    pub async fn migrate(&self, request: MigrationRequest) -> Result<Migrated> {
        let plan = self.plan(request).await?;
        ensure!(plan.ready, "the plan is not ready: {plan:#?}");
        let job = self.api.migration_start(plan.plan.clone()).await.map_err(api_error)?;
        self.follow(job, plan).await
    }

    /// Plans a migration.
    ///
    /// # Errors
    /// When there is no plan.
    pub async fn plan(&self, request: MigrationRequest) -> Result<MigrationPlan> {
        let plan = self.api.migration_plan_silent(request).await.map_err(api_error)?;
        self.note(&serde_json::to_string(&plan)?);
        Ok(plan)
    }

    /// Follows a job to its end, holds its events to the rules of the house, and searches what was
    /// written and told for this computer's secrets.
    ///
    /// # Errors
    /// When it does not end in time, or a rule is broken.
    pub async fn follow(&self, job: String, plan: MigrationPlan) -> Result<Migrated> {
        let mut following = self.api.job_follow(job.clone(), 0).await.map_err(api_error)?;
        let mut events = Vec::new();
        let collecting = async {
            while let Some(event) = following.recv().await {
                let last = matches!(event.kind, JobEventKind::Finished { .. });
                events.push(event);
                if last {
                    break;
                }
            }
        };
        tokio::time::timeout(MIGRATION_LIMIT, collecting).await.context("the job does not end")?;
        self.note(&serde_json::to_string(&events)?);
        check_rules(&events)?;
        self.export(&job).await?;
        self.check_no_secrets(&SecretSearch::new())?;
        let Some(JobEvent { kind: JobEventKind::Finished { report }, .. }) = events.last().cloned()
        else {
            return Err(anyhow!("the events end without an end"));
        };
        Ok(Migrated { job, plan, events, report: *report })
    }

    /// Signs in to a source, as a person does who types it.
    ///
    /// # Errors
    /// When the source refuses.
    pub async fn sign_in(&self, source: &ImageSource, login: Option<(&str, &str)>) -> Result<()> {
        let Some((user, secret)) = login else { return Ok(()) };
        known::remember("a typed password", secret);
        let login = SourceLogin {
            source: source.clone(),
            username: user.to_owned(),
            secret: secret.to_owned(),
            keep: false,
        };
        let status = self.api.source_login(login).await.map_err(api_error)?;
        self.note(&serde_json::to_string(&status)?);
        Ok(())
    }

    /// Notes what came over the border, for the search for secrets.
    pub fn note(&self, text: &str) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(text.to_owned());
    }

    /// Exports the report of a job in every format, beside the data folder.
    async fn export(&self, job: &str) -> Result<()> {
        use ReportFormat::{Csv, Html, Json, Markdown};
        let folder = self.exports();
        std::fs::create_dir_all(&folder)?;
        for format in [Markdown, Csv, Json, Html] {
            let path = folder.join(format!("{job}.{format:?}"));
            let written = self.api.migration_report_export(job.to_owned(), format, path);
            written.await.map_err(api_error)?;
        }
        let snapshot = self.api.job_snapshot(job.to_owned()).await.map_err(api_error)?;
        self.note(&serde_json::to_string(&snapshot)?);
        Ok(())
    }

    /// Story 7: searches everything that this computer wrote or reported: its folders, what came over
    /// the border, and the log of this process; for these secrets, and for all that are known. The
    /// latter also happens when the computer is dropped.
    ///
    /// # Errors
    /// When a secret is somewhere, naming the place.
    pub fn check_no_secrets(&self, search: &SecretSearch) -> Result<()> {
        known::remember_home(self.home.path());
        known::remember_home(self.folder.path());
        self.check_for(search)?;
        self.check_for(&*known::search()?)
    }

    fn check_for(&self, search: &SecretSearch) -> Result<()> {
        traces::check_left(search, self.folder.path())?;
        for text in self.seen.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            search.check_text("what came over the border", text)?;
        }
        search.check_text("the log", self.log())
    }

    /// Everything that was logged so far, by this computer and others of the same process.
    pub fn log(&self) -> String {
        let log = log().lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&log).into_owned()
    }
}

impl Drop for Computer {
    fn drop(&mut self) {
        known::remember_home(self.home.path());
        known::remember_home(self.folder.path());
        traces::expect_no_secret(|search| self.check_for(search));
    }
}

/// A migration that is over.
#[derive(Clone, Debug)]
pub struct Migrated {
    /// The job.
    pub job: String,
    /// What was planned.
    pub plan: MigrationPlan,
    /// Every event.
    pub events: Vec<JobEvent>,
    /// The report.
    pub report: MigrationReport,
}

/// An error of the api as one of a test.
pub fn api_error(error: ApiError) -> anyhow::Error {
    anyhow!("{:?}: {} {:?}", error.code, error.message, error.causes)
}

/// Rule 4 of the house: `seq` grows by one, the first is Started, exactly one Finished comes last.
fn check_rules(events: &[JobEvent]) -> Result<()> {
    for (number, event) in events.iter().enumerate() {
        ensure!(event.seq == number as u64, "event {number} has the number {}", event.seq);
        let first = matches!(event.kind, JobEventKind::Started { .. });
        ensure!(first == (number == 0), "Started is event {number}");
        let last = matches!(event.kind, JobEventKind::Finished { .. });
        ensure!(last == (number + 1 == events.len()), "Finished is event {number}");
    }
    let in_order = events.is_sorted_by_key(|event| event.elapsed_ms);
    ensure!(in_order, "time runs backwards in the events");
    Ok(())
}

/// A request for these images: repository and tag at the source, repository in ECR.
pub fn request(
    connection: &AwsConnection,
    source: &ImageSource,
    images: &[(&str, &str, &str)],
) -> MigrationRequest {
    let mut repositories: Vec<RepositoryMapping> = Vec::new();
    for (source_repository, _, repository_name) in images {
        if !repositories.iter().any(|known| known.source_repository == *source_repository) {
            repositories.push(RepositoryMapping {
                source_repository: (*source_repository).to_owned(),
                repository_name: (*repository_name).to_owned(),
                settings: None,
            });
        }
    }
    MigrationRequest {
        connection: connection.clone(),
        source: source.clone(),
        images: images.iter().map(|(repository, tag, _)| selected(repository, tag)).collect(),
        repositories,
        naming: Default::default(),
        template: plain_settings(),
        choices: Vec::new(),
        remove_temporary_tags: true,
        extent: CopyScope::default(),
        expiry_confirmed: Vec::new(),
        selection: None,
    }
}

/// One tag of one repository of a source.
pub fn selected(repository: &str, tag: &str) -> SelectedImage {
    SelectedImage { repository: repository.to_owned(), tag: tag.to_owned() }
}

/// A repository as ECR makes it when nothing is asked for.
pub fn plain_settings() -> RepositorySettings {
    RepositorySettings {
        tag_mutability: TagMutability::Mutable,
        exclusion_filters: Vec::new(),
        scan_on_push: false,
        encryption: Encryption::Aes256,
        tags: std::collections::BTreeMap::new(),
        lifecycle: LifecyclePreset::None,
        policy: None,
    }
}

/// Any registry over plain HTTP, as a source.
pub fn registry_source(host: &str) -> ImageSource {
    ImageSource::Registry { host: host.to_owned(), plain_http: true }
}

/// Everything that this process has logged. All computers of a process share it, because `tracing`
/// has one place for it.
fn log() -> &'static Mutex<Vec<u8>> {
    static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());
    &LOG
}

/// Our own crates log everything here, more than a person's log file ever holds.
/// The directive is a prefix: it matches every `transload_…` crate.
fn start_log() {
    static STARTED: OnceLock<()> = OnceLock::new();
    STARTED.get_or_init(|| {
        let filter = tracing_subscriber::EnvFilter::new("warn,transload=trace");
        let _ = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_ansi(false)
            .with_writer(|| LogWriter)
            .try_init();
    });
}

struct LogWriter;

impl std::io::Write for LogWriter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        log().lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
