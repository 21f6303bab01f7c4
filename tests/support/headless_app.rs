//! Transload without a window: the API with a separate data folder, environment and home folder. Most flows
//! use it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use tempfile::TempDir;
use transload_api::{Api, ApiOptions};
use transload_aws::AwsEnvironment;
use transload_contract::{
    AwsConnection, ImageSource, JobEvent, JobEventKind, MigrationPlan, MigrationReport,
    MigrationRequest, ReportFormat, RepositoryMapping, SelectedImage, SourceLogin,
};
use transload_docker::DockerEnvironment;
use transload_errors::ApiError;

use crate::aws_home::AwsHome;
use crate::secrets::{SecretSearch, known_secrets, leak_search};

/// How long a migration of a story may take. Generous, because the machine may be compiling at the same time.
const MIGRATION_LIMIT: Duration = Duration::from_secs(180);

/// The API of Transload, as the window uses it, with its own home folder, AWS files, Docker address and data
/// folder.
pub struct HeadlessApp {
    /// The calls that the window makes.
    pub api: Api,
    folder: TempDir,
    home: AwsHome,
    seen: Mutex<Vec<String>>,
}

impl HeadlessApp {
    /// Creates an instance with these AWS files and, optionally, the address of a Docker Engine.
    pub fn new(home: AwsHome, docker_host: Option<&str>) -> Result<Self> {
        start_log();
        for (name, value) in home.environment() {
            known_secrets::remember_variable(&name, value.as_ref());
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
            quota_check_interval: Some(std::time::Duration::from_millis(200)),
            data_folder: folder.path().join("data"),
            aws: AwsEnvironment::from_variables(home.environment()),
            docker,
        };
        Ok(Self { api: Api::new(options), folder, home, seen: Mutex::default() })
    }

    pub fn home(&self) -> &Path {
        self.home.path()
    }

    pub fn data_folder(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The folder of the reports of all jobs that [`Self::follow`] saw finish, in every format.
    pub fn exports_folder(&self) -> PathBuf {
        self.folder.path().join("exports")
    }

    /// Plans a migration, and runs it if the plan is ready.
    pub async fn migrate(&self, request: MigrationRequest) -> Result<FinishedMigration> {
        let plan = self.plan(request).await?;
        ensure!(plan.ready, "the plan is not ready: {plan:#?}");
        let job = self.api.migration_start(plan.plan.clone()).await.map_err(api_error)?;
        self.follow(job, plan).await
    }

    pub async fn plan(&self, request: MigrationRequest) -> Result<MigrationPlan> {
        let plan =
            self.api.migration_plan_with_progress(request, |_| {}).await.map_err(api_error)?;
        self.record_response(&serde_json::to_string(&plan)?);
        Ok(plan)
    }

    /// Waits until a job finishes, checks the order of its events, exports its report, and searches
    /// everything that was written and emitted for secrets.
    pub async fn follow(&self, job: String, plan: MigrationPlan) -> Result<FinishedMigration> {
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
        tokio::time::timeout(MIGRATION_LIMIT, collecting)
            .await
            .context("the job does not finish")?;
        self.record_response(&serde_json::to_string(&events)?);
        check_rules(&events)?;
        self.export(&job).await?;
        self.check_known_secrets()?;
        let Some(JobEvent { kind: JobEventKind::Finished { report }, .. }) = events.last().cloned()
        else {
            return Err(anyhow!("the last event is not Finished"));
        };
        Ok(FinishedMigration { job, plan, events, report: Arc::unwrap_or_clone(report) })
    }

    /// Signs in to a source with a typed login.
    pub async fn sign_in(&self, source: &ImageSource, login: Option<(&str, &str)>) -> Result<()> {
        let Some((user, secret)) = login else { return Ok(()) };
        known_secrets::remember("a typed password", secret);
        let login = SourceLogin {
            source: source.clone(),
            username: user.to_owned(),
            secret: secret.to_owned(),
            keep: false,
        };
        let status = self.api.source_login(login).await.map_err(api_error)?;
        self.record_response(&serde_json::to_string(&status)?);
        Ok(())
    }

    /// Records a response of the API, for the search for secrets.
    pub fn record_response(&self, text: &str) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(text.to_owned());
    }

    /// Exports the report of a job in every format.
    async fn export(&self, job: &str) -> Result<()> {
        use ReportFormat::{Csv, Html, Json, Markdown};
        let folder = self.exports_folder();
        std::fs::create_dir_all(&folder)?;
        for format in [Markdown, Csv, Json, Html] {
            let path = folder.join(format!("{job}.{format:?}"));
            let written = self.api.migration_report_export(job.to_owned(), format, path);
            written.await.map_err(api_error)?;
        }
        let snapshot = self.api.job_snapshot(job.to_owned()).await.map_err(api_error)?;
        self.record_response(&serde_json::to_string(&snapshot)?);
        Ok(())
    }

    /// Story 7: searches everything that this instance wrote or reported (its folders, the responses of the
    /// API, the log of this process) for these secrets, and for all known secrets. The latter search also
    /// happens when it is dropped.
    ///
    /// # Errors
    /// If a secret is found; the error names the place.
    pub fn check_no_secrets(&self, search: &SecretSearch) -> Result<()> {
        self.check_for(search)?;
        self.check_known_secrets()
    }

    fn check_known_secrets(&self) -> Result<()> {
        known_secrets::remember_home(self.home.path());
        known_secrets::remember_home(self.folder.path());
        self.check_for(&*known_secrets::search()?)
    }

    fn check_for(&self, search: &SecretSearch) -> Result<()> {
        leak_search::check_written_files(search, self.folder.path())?;
        for text in self.seen.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            search.check_text("a response of the API", text)?;
        }
        search.check_text("the log", self.log())
    }

    /// The log of this process. All instances share it, because `tracing` supports one subscriber per
    /// process.
    pub fn log(&self) -> String {
        let log = log().lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&log).into_owned()
    }
}

impl Drop for HeadlessApp {
    fn drop(&mut self) {
        known_secrets::remember_home(self.home.path());
        known_secrets::remember_home(self.folder.path());
        leak_search::expect_no_secret(|search| self.check_for(search));
    }
}

#[derive(Clone, Debug)]
pub struct FinishedMigration {
    pub job: String,
    pub plan: MigrationPlan,
    pub events: Vec<JobEvent>,
    pub report: MigrationReport,
}

/// Converts an error of the API to an error of a test.
pub fn api_error(error: ApiError) -> anyhow::Error {
    anyhow!("{:?}: {} {:?}", error.code, error.message, error.causes)
}

/// Checks the order of events: `seq` increases by one, `Started` is first, and exactly one `Finished` is
/// last.
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

/// Builds a request for images, each as source repository, tag, and ECR repository.
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
        images: images.iter().map(|(repository, tag, _)| selected(repository, tag)).collect(),
        repositories,
        ..MigrationRequest::new(connection.clone(), source.clone())
    }
}

/// One tag of a source repository.
pub fn selected(repository: &str, tag: &str) -> SelectedImage {
    SelectedImage { repository: repository.to_owned(), tag: tag.to_owned() }
}

/// A registry over plain HTTP, as a source.
pub fn registry_source(host: &str) -> ImageSource {
    ImageSource::Registry { host: host.to_owned(), plain_http: true }
}

/// The log of this process. All instances share it, because `tracing` supports one subscriber per process.
fn log() -> &'static Mutex<Vec<u8>> {
    static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());
    &LOG
}

/// Logs everything from our own crates, which is more than the log file of a user contains. The directive is
/// a prefix: it matches every `transload_…` crate.
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
