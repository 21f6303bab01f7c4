//! A stand-in for the api while the real one is being written.
#![allow(missing_docs, clippy::unused_async)]

use std::path::PathBuf;

use tokio::sync::mpsc::UnboundedReceiver;

use crate::contract::*;

pub struct ApiOptions {
    pub data_folder: PathBuf,
    pub started_in_practice: bool,
}

#[derive(Clone)]
pub struct Api {}

type Answer<T> = Result<T, ApiError>;

fn missing<T>() -> Answer<T> {
    Err(ApiError {
        code: ErrorCode::Internal,
        message: "This part is not there yet.".to_owned(),
        hints: Vec::new(),
        causes: Vec::new(),
        retryable: false,
        subject: None,
    })
}

macro_rules! answers {
    ($($name:ident ( $($argument:ident : $kind:ty),* ) -> $answer:ty;)*) => {
        $(pub async fn $name(&self, $($argument: $kind),*) -> Answer<$answer> {
            $(let _ = $argument;)*
            missing()
        })*
    };
}

impl Api {
    pub fn new(_options: ApiOptions) -> Self {
        Self {}
    }

    pub fn jobs_running(&self) -> bool {
        false
    }

    pub async fn engine_address_set(&self, _address: Option<String>) {}

    pub async fn shutdown(&self) {}

    answers! {
        aws_profiles_list() -> AwsProfiles;
        aws_identity(connection: AwsConnection) -> AwsIdentity;
        registry_login(connection: AwsConnection, with_engine: bool) -> RegistryLogin;
        engine_status() -> EngineStatus;
        source_login(login: SourceLogin) -> SourceLoginStatus;
        source_logout(source: ImageSource) -> SourceLoginStatus;
        source_login_status(source: ImageSource) -> SourceLoginStatus;
        source_repositories(source: ImageSource, next: Option<String>) -> SourceRepositories;
        source_tags(source: ImageSource, repository: String, next: Option<String>) -> SourceTags;
        source_tag_details(source: ImageSource, repository: String, tags: Vec<String>) -> Vec<SourceTag>;
        migration_plan(request: MigrationRequest) -> MigrationPlan;
        migration_start(plan: String) -> String;
        migration_retry_failed(job: String) -> String;
        migration_report_export(job: String, format: ReportFormat, path: PathBuf) -> ();
        jobs_list() -> Vec<JobSnapshot>;
        job_snapshot(job: String) -> JobSnapshot;
        job_follow(job: String, from_seq: u64) -> UnboundedReceiver<JobEvent>;
        job_pause(job: String) -> ();
        job_resume(job: String) -> ();
        job_cancel(job: String) -> ();
        repositories_list(connection: AwsConnection) -> Vec<Repository>;
        repository_summaries(connection: AwsConnection, names: Vec<String>) -> Vec<RepositorySummary>;
        repository_details(connection: AwsConnection, name: String) -> RepositoryDetails;
        repository_index_entries(connection: AwsConnection, name: String, digest: String) -> Vec<IndexEntry>;
        practice_start() -> PracticeStatus;
        practice_reset() -> PracticeStatus;
    }
}
