use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedReceiver;
use transload_engine::migration::{self, EventSink, RequestedImage, Resolution};
use transload_engine::model::{RepositoryName, Tag};

use crate::api::{Api, JobRequest, locked, now_ms};
use crate::contract::{
    ApiError, ConflictResolution, ErrorCode, JobEvent, JobSnapshot, MigrationPlan,
    MigrationRequest, ReportFormat, SelectedImage,
};
use crate::jobs::Job;
use crate::plans::{Ends, ReadyPlan, not_ready};
use crate::sources::OpenSource;
use crate::{commands, convert, report_export};

impl Api {
    /// Says what a migration would do. Nothing is written.
    pub async fn migration_plan(
        &self,
        request: MigrationRequest,
    ) -> Result<MigrationPlan, ApiError> {
        let connected = self.connect(&request.connection).await?;
        let source = self.open_source(&request.source).await?;
        let asked = read_request(&request, &source)?;
        let ends = Ends { source: source.end(), connected };
        let id = self.new_id("plan");
        let ready = plan(asked, ends).await?;
        let identity = ready.ends.connected.identity.clone();
        let commands = commands::of_plan(&ready.plan, &ready.ends.connected.aws_options);
        let shown = convert::plan(id.clone(), &ready.plan, identity, commands);
        self.inner.plans.add(id, ready);
        Ok(shown)
    }

    /// Starts a plan, once; answers the job.
    pub async fn migration_start(&self, plan: String) -> Result<String, ApiError> {
        let ready = self.inner.plans.take(&plan)?;
        Ok(self.start(ready))
    }

    /// Starts what failed in a job once more, planned anew; answers the new job.
    pub async fn migration_retry_failed(&self, job: String) -> Result<String, ApiError> {
        let finished = self.inner.jobs.get(&job)?;
        let kept = locked(&self.inner.requests).get(&job).cloned();
        let (Some(report), Some(JobRequest { mut request, ends })) = (finished.report(), kept)
        else {
            let message = "This migration is not over yet.";
            return Err(ApiError::new(ErrorCode::InputInvalid, message).hint("Wait for its end."));
        };
        let open = report.images.iter().filter(|image| {
            use crate::contract::ImageResult::{Cancelled, Failed};
            matches!(image.result, Failed { .. } | Cancelled)
        });
        let open: BTreeSet<u32> = open.map(|image| image.image).collect();
        let mut index = 0..;
        request.images.retain(|_| index.next().is_some_and(|index| open.contains(&index)));
        let ready = plan(request, ends).await?;
        if !ready.plan.is_ready() {
            return Err(refusal(&ready.plan).unwrap_or_else(not_ready));
        }
        Ok(self.start(ready))
    }

    fn start(&self, ready: ReadyPlan) -> String {
        let id = self.new_id("migration");
        let identity = ready.ends.connected.identity.clone();
        let registry = ready.plan.registry.to_string();
        let shown = convert::plan(String::new(), &ready.plan, identity.clone(), Vec::new());
        let job = Job::new(id.clone(), now_ms(), shown.images);
        self.inner.jobs.add(Arc::clone(&job));
        let kept = JobRequest { request: ready.request, ends: ready.ends.clone() };
        locked(&self.inner.requests).insert(id.clone(), kept);
        tracing::info!(job = %id, images = ready.plan.images.len(), "a migration starts");
        tokio::spawn(async move {
            let plan = Arc::new(ready.plan);
            let running = tokio::spawn(run(Arc::clone(&plan), ready.ends, Arc::clone(&job)));
            let id = job.id().to_owned();
            let report = match running.await {
                Ok(report) => convert::report(id, &report, identity, registry, job.times_ms()),
                Err(crash) => {
                    tracing::error!(job = %id, %crash, "a migration crashed");
                    let error = ApiError::internal(crash.to_string());
                    convert::crashed_report(id, &plan, &error, identity, job.times_ms())
                }
            };
            tracing::info!(job = %report.job, outcome = ?report.outcome, "a migration ends");
            job.finish(report);
        });
        id
    }

    /// Writes the report of a finished job to a file.
    pub async fn migration_report_export(
        &self,
        job: String,
        format: ReportFormat,
        path: PathBuf,
    ) -> Result<(), ApiError> {
        let Some(report) = self.inner.jobs.get(&job)?.report() else {
            let message = "This migration is not over yet.";
            return Err(ApiError::new(ErrorCode::InputInvalid, message).hint("Wait for its end."));
        };
        let text = report_export::text(&report, format)?;
        let written = tokio::fs::write(&path, text).await;
        written.map_err(|error| ApiError::storage(&path, &error))
    }

    /// The jobs of this run of the program, newest first.
    pub async fn jobs_list(&self) -> Result<Vec<JobSnapshot>, ApiError> {
        Ok(self.inner.jobs.newest_first().iter().map(|job| job.snapshot()).collect())
    }

    /// Everything about a job.
    pub async fn job_snapshot(&self, job: String) -> Result<JobSnapshot, ApiError> {
        Ok(self.inner.jobs.get(&job)?.snapshot())
    }

    /// The events of a job from a number on. The receiver ends when the job does.
    pub async fn job_follow(
        &self,
        job: String,
        from_seq: u64,
    ) -> Result<UnboundedReceiver<JobEvent>, ApiError> {
        Ok(self.inner.jobs.get(&job)?.follow(from_seq))
    }

    /// Holds a job: what is under way is finished, nothing new begins.
    pub async fn job_pause(&self, job: String) -> Result<(), ApiError> {
        self.inner.jobs.get(&job)?.pause();
        Ok(())
    }

    /// Lets a job go on.
    pub async fn job_resume(&self, job: String) -> Result<(), ApiError> {
        self.inner.jobs.get(&job)?.resume();
        Ok(())
    }

    /// Stops a job.
    pub async fn job_cancel(&self, job: String) -> Result<(), ApiError> {
        self.inner.jobs.get(&job)?.cancel();
        Ok(())
    }
}

/// In a task of its own, so that a crash of it can be told.
async fn run(plan: Arc<migration::Plan>, ends: Ends, job: Arc<Job>) -> migration::Report {
    let events: Arc<dyn EventSink> = Arc::clone(&job) as _;
    let destination = &ends.connected.destination;
    migration::run(&plan, &ends.source, destination, job.control(), &events).await
}

async fn plan(request: migration::MigrationRequest, ends: Ends) -> Result<ReadyPlan, ApiError> {
    let facts = migration::gather(&request, &ends.source, &ends.connected.destination).await?;
    let plan = migration::plan(&request, &facts);
    Ok(ReadyPlan { plan, request, ends })
}

/// Why the first image of a plan that cannot start is refused.
fn refusal(plan: &migration::Plan) -> Option<ApiError> {
    plan.images.iter().find_map(|image| match &image.action {
        migration::Action::Refused { error } => Some(error.as_ref().into()),
        _ => None,
    })
}

fn read_request(
    request: &MigrationRequest,
    source: &OpenSource,
) -> Result<migration::MigrationRequest, ApiError> {
    if request.images.is_empty() {
        let message = "No image is selected.";
        return Err(
            ApiError::new(ErrorCode::InputInvalid, message).hint("Go back and select images.")
        );
    }
    let template = convert::engine_settings(&request.template)?;
    let mut names: BTreeMap<&str, RepositoryName> = BTreeMap::new();
    let mut repositories = BTreeMap::new();
    for mapping in &request.repositories {
        let name = RepositoryName::parse(mapping.repository_name.trim())?;
        let own = mapping.settings.as_ref().map(convert::engine_settings).transpose()?;
        repositories.insert(name.clone(), own.unwrap_or_else(|| template.clone()));
        names.insert(&mapping.source_repository, name);
    }
    let images = request.images.iter().map(|image| read_image(image, request, &names, source));
    Ok(migration::MigrationRequest {
        images: images.collect::<Result<_, _>>()?,
        repositories,
        remove_temporary_tags: request.remove_temporary_tags,
        extent: convert::extent(&request.extent)?,
    })
}

fn read_image(
    image: &SelectedImage,
    request: &MigrationRequest,
    names: &BTreeMap<&str, RepositoryName>,
    source: &OpenSource,
) -> Result<RequestedImage, ApiError> {
    let Some(repository) = names.get(image.repository.as_str()) else {
        let message = format!("No ECR repository is named for {}.", image.repository);
        return Err(ApiError::new(ErrorCode::InputInvalid, message).about(&image.repository));
    };
    let tag = read_tag(&image.tag)?;
    let choice = request.choices.iter().find(|choice| choice.image == *image);
    let resolution = choice.map(|choice| read_resolution(&choice.resolution)).transpose()?;
    Ok(RequestedImage {
        source_repository: image.repository.clone(),
        source: source.reference(&image.repository, &tag)?,
        repository: repository.clone(),
        tag,
        resolution,
    })
}

fn read_resolution(resolution: &ConflictResolution) -> Result<Resolution, ApiError> {
    Ok(match resolution {
        ConflictResolution::KeepExisting => Resolution::KeepExisting,
        ConflictResolution::Overwrite => Resolution::Overwrite,
        ConflictResolution::NewTag { tag } => Resolution::NewTag(read_tag(tag.trim())?),
    })
}

fn read_tag(tag: &str) -> Result<Tag, ApiError> {
    Tag::parse(tag).map_err(|error| ApiError::invalid_input(&error).about(tag))
}
