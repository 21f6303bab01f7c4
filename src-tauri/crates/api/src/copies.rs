//! Copies from registry to registry without a plan, for `transload-cli copy`.

mod clients;
mod copy_report;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use clients::CopyClients;
use copy_report::{PairResult, copy_report, planned_image};
use transload_aws::{Ecr, EcrApi};
use transload_contract::{AwsConnection, CopyPair, CopyRequest, ImageSource};
use transload_errors::{ApiError, ErrorCode};
use transload_migration::{Control, CopyEndpoints, CopyOptions, EventSink, RunEnd};
use transload_model::{ImageReference, RepositoryName, RepositorySettings, Tag, now_ms};
use transload_plan_file::parse_scope;
use transload_registry::RegistryApi;
use transload_repositories::ensure_repository;

use crate::jobs::job::{Job, JobEvents};
use crate::jobs::state::JobEndpoints;

/// Cancels a copy. Clones cancel the same copy.
#[derive(Clone, Debug, Default)]
pub struct CopyControl(Control);

impl CopyControl {
    /// Cancels the copy, which then finishes with a summary.
    pub fn cancel(&self) {
        self.0.cancel();
    }

    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}

/// Starts a job that copies images from registry to registry, and returns its events. The last one has the report.
///
/// # Errors
/// If the copy can't start: the only pair is invalid, no registry can be reached, or an MFA code is
/// required. An error that concerns one pair of several fails that pair alone.
pub async fn copy_start(
    request: &CopyRequest,
    control: &CopyControl,
) -> Result<JobEvents, ApiError> {
    let clients = CopyClients::new(request);
    let mut pairs = pairs(request, &clients).await?;
    if request.create_repositories {
        create_repositories(&mut pairs, request, &clients).await?;
    }
    let mut options = CopyOptions { extent: parse_scope(&request.extent)?, ..Default::default() };
    if let Some(jobs) = request.jobs {
        options.max_concurrent_images = jobs.max(1);
    }
    let (names, started_at_ms) = (pairs.names(), now_ms());
    let images = (0..).zip(&names).map(|(number, pair)| planned_image(number, pair)).collect();
    let id = format!("copy-{started_at_ms}");
    let job =
        Job::new(id, job_endpoints(request, &pairs), started_at_ms, images, control.0.clone());
    let events = JobEvents::new(Arc::clone(&job), 0);
    tokio::spawn(async move {
        let is_part = options.extent.platform.is_some();
        let copying = tokio::spawn(run(Arc::clone(&job), pairs, options, clients));
        let (results, end) = match copying.await {
            Ok(results) if job.control().is_cancelled() => (results, (RunEnd::Cancelled, None)),
            Ok(results) => (results, (RunEnd::Completed, None)),
            Err(crash) => {
                tracing::error!(%crash, "a list copy crashed");
                let unknown = names.iter().map(|_| PairResult::Unknown).collect();
                (unknown, (RunEnd::Interrupted, Some(ApiError::internal(crash.to_string()))))
            }
        };
        let id = job.id().to_owned();
        job.finish(copy_report(id, &names, results, is_part, job.times_ms(), end));
    });
    Ok(events)
}

/// Returns the source of the first pair and the connection to ECR, to show them.
fn job_endpoints(request: &CopyRequest, pairs: &Pairs) -> JobEndpoints {
    let host = pairs.pairs.first().map(|(pair, _)| pair.source.registry().to_string());
    let source = ImageSource::Registry {
        host: host.unwrap_or_default(),
        plain_http: request.source_plain_http,
    };
    let connection = AwsConnection::Profile {
        profile: request.ecr.profile.clone().unwrap_or_default(),
        region: request.ecr.region.clone(),
        ecr_endpoint: None,
        registry_endpoint: None,
    };
    JobEndpoints { source, connection }
}

/// Copies the pairs. Returns the results in the order of [`Pairs::names`].
async fn run(
    job: Arc<Job>,
    pairs: Pairs,
    options: CopyOptions,
    clients: CopyClients,
) -> Vec<PairResult> {
    let Pairs { pairs, unread } = pairs;
    let first_unread = u32::try_from(pairs.len()).unwrap_or(u32::MAX);
    for (number, (_, error)) in (first_unread..).zip(&unread) {
        job.fail_image(number, error.clone());
    }
    let events: Arc<dyn EventSink> = Arc::clone(&job) as _;
    let outcomes = transload_migration::copy_list(&pairs, options, job.control(), &events).await;
    // Both registries can meet the same problem, such as a missing credential helper.
    let problems: BTreeSet<_> = clients.login_problems().await.into_iter().collect();
    for problem in problems {
        job.warn(format!("Couldn't read a stored login: {problem}."));
    }
    let unread = unread.into_iter().map(|(_, error)| PairResult::NotStarted(error));
    outcomes.into_iter().map(PairResult::Run).chain(unread).collect()
}

/// Submits the code of the MFA device that the profile's role requires, for every copy of this
/// process.
///
/// # Errors
/// The same as for the window, such as [`transload_errors::ErrorCode::MfaCodeRefused`].
pub async fn copy_mfa_submit(request: &CopyRequest, code: String) -> Result<(), ApiError> {
    CopyClients::new(request).submit_mfa_code(&crate::handlers::mfa_code(code)?).await
}

/// The digest that a reference points to.
///
/// # Errors
/// If it doesn't exist, or its registry can't be reached.
pub async fn image_digest(reference: &str, request: &CopyRequest) -> Result<String, ApiError> {
    let OpenReference { client, reference, .. } = open_reference(reference, request).await?;
    let head = client.manifest_head(reference.path(), reference.manifest_reference()).await?;
    match head {
        Some(head) => Ok(head.digest.to_string()),
        // The response of a HEAD has no reason; that of a GET has one.
        None => {
            let manifest =
                client.manifest(reference.path(), reference.manifest_reference()).await?;
            Ok(manifest.digest().to_string())
        }
    }
}

/// An image in a registry that is open.
pub(crate) struct OpenReference {
    pub client: Arc<dyn RegistryApi>,
    pub reference: ImageReference,
    /// The API of ECR, if the registry is one.
    pub ecr: Option<Arc<Ecr>>,
}

/// Opens the registry of a reference with the logins of this computer.
pub(crate) async fn open_reference(
    reference: &str,
    request: &CopyRequest,
) -> Result<OpenReference, ApiError> {
    let reference = parse(reference)?;
    let clients = CopyClients::new(request);
    let client = clients.source(&reference).await?;
    let ecr = clients.ecr_of(reference.registry()).await;
    Ok(OpenReference { client, reference, ecr })
}

fn parse(text: &str) -> Result<ImageReference, ApiError> {
    ImageReference::parse(text).map_err(|error| ApiError::invalid_input(&error).about(text))
}

/// The images to copy.
#[derive(Default)]
struct Pairs {
    pairs: Vec<(transload_migration::CopyPair, CopyEndpoints)>,
    /// Pairs that can't be copied, with the reason: an invalid reference, a registry that can't be
    /// opened, tags that can't be listed, a repository that can't be created.
    unread: Vec<(CopyPair, ApiError)>,
}

impl Pairs {
    /// Returns all pairs as text, those that can't be copied last.
    fn names(&self) -> Vec<CopyPair> {
        let names = self.pairs.iter().map(|(pair, _)| CopyPair {
            source: pair.source.to_string(),
            destination: pair.destination.to_string(),
        });
        names.chain(self.unread.iter().map(|(pair, _)| pair.clone())).collect()
    }

    /// Excludes one invalid pair, so that it doesn't stop the others.
    fn set_aside(
        &mut self,
        pair: CopyPair,
        error: ApiError,
        request: &CopyRequest,
    ) -> Result<(), ApiError> {
        // After the user enters the code, every pair can be opened.
        if request.pairs.len() < 2 || error.code == ErrorCode::MfaNeeded {
            return Err(error);
        }
        self.unread.push((pair, error));
        Ok(())
    }

    /// If the same error stops every pair, such as expired credentials, the whole copy fails.
    fn expect_some(self) -> Result<Self, ApiError> {
        let is_empty = self.pairs.is_empty();
        match self.unread.first() {
            Some((_, first)) if is_empty && self.unread.iter().all(|(_, other)| other == first) => {
                Err(first.clone())
            }
            _ => Ok(self),
        }
    }
}

async fn pairs(request: &CopyRequest, clients: &CopyClients) -> Result<Pairs, ApiError> {
    let mut found = Pairs::default();
    for pair in &request.pairs {
        match open_pair(pair, request, clients).await {
            Ok(pairs) => found.pairs.extend(pairs),
            Err(error) => found.set_aside(pair.clone(), error, request)?,
        }
    }
    found.expect_some()
}

/// Opens the registries of a pair. With all tags, returns a pair for each tag.
async fn open_pair(
    pair: &CopyPair,
    request: &CopyRequest,
    clients: &CopyClients,
) -> Result<Vec<(transload_migration::CopyPair, CopyEndpoints)>, ApiError> {
    let (source, destination) = (parse(&pair.source)?, parse(&pair.destination)?);
    let pinned = [&source, &destination].into_iter().find(|name| name.digest().is_some());
    if let Some(pinned) = pinned.filter(|_| request.all_tags) {
        let message = "--all-tags can't be combined with a digest.";
        return Err(ApiError::new(ErrorCode::InputInvalid, message)
            .about(pinned.to_string())
            .hint("Remove the digest, or remove --all-tags."));
    }
    let open = CopyEndpoints {
        source: clients.source(&source).await?,
        destination: clients.destination(&destination).await?,
        layers: clients.ecr_of(destination.registry()).await.map(|ecr| ecr as _),
    };
    if !request.all_tags {
        return Ok(vec![(transload_migration::CopyPair { source, destination }, open)]);
    }
    let tags = open.source.tags(source.path()).await?;
    let pair = |tag: Tag| {
        let source = source.with_tag(tag.clone());
        (
            transload_migration::CopyPair { source, destination: destination.with_tag(tag) },
            open.clone(),
        )
    };
    Ok(tags.into_iter().map(pair).collect())
}

/// Creates missing repositories. The pairs of a repository that can't be created are excluded.
async fn create_repositories(
    pairs: &mut Pairs,
    request: &CopyRequest,
    clients: &CopyClients,
) -> Result<(), ApiError> {
    let mut created: HashMap<(String, String), Result<(), ApiError>> = HashMap::new();
    for (pair, open) in std::mem::take(&mut pairs.pairs) {
        let (host, path) = (pair.destination.registry(), pair.destination.path());
        let key = (host.to_string(), path.to_owned());
        let result = match created.get(&key) {
            Some(result) => result.clone(),
            None => {
                let result = match clients.ecr_of(host).await {
                    Some(ecr) => ensure_default_repository(ecr.as_ref(), path).await,
                    None => Ok(()),
                };
                created.entry(key).or_insert(result).clone()
            }
        };
        match result {
            Ok(()) => pairs.pairs.push((pair, open)),
            Err(error) => {
                let (source, destination) = (pair.source.to_string(), pair.destination.to_string());
                pairs.set_aside(CopyPair { source, destination }, error, request)?;
            }
        }
    }
    *pairs = std::mem::take(pairs).expect_some()?;
    Ok(())
}

async fn ensure_default_repository(ecr: &dyn EcrApi, path: &str) -> Result<(), ApiError> {
    let name = RepositoryName::parse(path)?;
    Ok(ensure_repository(ecr, &name, &RepositorySettings::default()).await?)
}
