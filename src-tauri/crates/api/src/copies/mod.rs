//! The copy from registry to registry without a window: text in, events out.

mod ends;
mod tell;

use std::sync::Arc;

use transload_engine::migration::{self, CopyEnds, CopyOptions, EventSink};
use transload_engine::model::{ImageReference, RepositorySettings};

use crate::contract::{
    ApiError, CopyEvent, CopyEventKind, CopyPair, CopyRequest, CopySummary, ErrorCode,
};
use crate::convert;
use ends::Ends;
use tell::Teller;

/// Stops a copy from outside. Clones stop the same one.
#[derive(Clone, Debug, Default)]
pub struct CopyControl(migration::Control);

impl CopyControl {
    /// Stops everything that is under way; the copy then ends with a summary.
    pub fn cancel(&self) {
        self.0.cancel();
    }

    /// Whether it was stopped.
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}

/// Copies images from registry to registry. `tell` is called for each event, in their order.
///
/// # Errors
/// Where nothing could be begun: a reference is none, or a registry or ECR cannot be reached at all.
/// What concerns one image is told with that image.
pub async fn copy_images(
    request: &CopyRequest,
    control: &CopyControl,
    tell: impl Fn(CopyEvent) + Send + Sync + 'static,
) -> Result<CopySummary, ApiError> {
    let ends = Ends::new(request);
    let Pairs { pairs, unread } = pairs(request, &ends).await?;
    if request.create_repositories {
        create_repositories(&pairs, &ends).await?;
    }
    let teller = Arc::new(Teller::new(Box::new(tell)));
    let images = pairs.iter().map(|(pair, _)| CopyPair {
        source: pair.source.to_string(),
        destination: pair.destination.to_string(),
    });
    let images = images.chain(unread.iter().map(|(pair, _)| pair.clone()));
    teller.tell(CopyEventKind::Started { images: images.collect() });
    for (number, (_, error)) in (pairs.len()..).zip(&unread) {
        teller.failed(number, error);
    }
    let extent = convert::extent(&request.extent)?;
    let mut options = CopyOptions { extent, ..Default::default() };
    if let Some(jobs) = request.jobs {
        options.images_together = jobs.max(1);
    }
    let events: Arc<dyn EventSink> = Arc::clone(&teller) as _;
    let finished = |index, outcome: &migration::CopyOutcome| teller.finished(index, outcome);
    migration::copy_list(&pairs, options, &control.0, &events, &finished).await;
    for problem in ends.login_problems().await {
        let message = format!("Couldn't read a stored login: {problem}.");
        teller.tell(CopyEventKind::Warning { message });
    }
    let summary = teller.summary();
    teller.tell(CopyEventKind::Finished(summary));
    Ok(summary)
}

/// Gives the code of the MFA device that the profile's role waits for, for every copy of this
/// process.
///
/// # Errors
/// As the one of the window, such as [`crate::contract::ErrorCode::MfaCodeRefused`].
pub async fn copy_mfa_submit(request: &CopyRequest, code: String) -> Result<(), ApiError> {
    Ends::new(request).submit_mfa_code(&crate::handlers::mfa_code(code)?).await
}

/// The digest that a reference points to.
///
/// # Errors
/// Where it points nowhere, or its registry cannot be asked.
pub async fn image_digest(reference: &str, request: &CopyRequest) -> Result<String, ApiError> {
    let reference = parse(reference)?;
    let client = Ends::new(request).source(&reference).await?;
    let head = client.manifest_head(reference.path(), reference.manifest_reference()).await?;
    match head {
        Some(head) => Ok(head.digest.to_string()),
        // The GET says what the HEAD cannot.
        None => {
            let manifest =
                client.manifest(reference.path(), reference.manifest_reference()).await?;
            Ok(manifest.digest().to_string())
        }
    }
}

fn parse(text: &str) -> Result<ImageReference, ApiError> {
    ImageReference::parse(text).map_err(|error| ApiError::invalid_input(&error).about(text))
}

/// What is to be copied.
#[derive(Default)]
struct Pairs {
    pairs: Vec<(migration::CopyPair, CopyEnds)>,
    /// Repositories whose tags could not be read, of several.
    unread: Vec<(CopyPair, ApiError)>,
}

async fn pairs(request: &CopyRequest, ends: &Ends) -> Result<Pairs, ApiError> {
    let mut found = Pairs::default();
    for pair in &request.pairs {
        let (source, destination) = (parse(&pair.source)?, parse(&pair.destination)?);
        let pinned = [&source, &destination].into_iter().find(|name| name.digest().is_some());
        if let Some(pinned) = pinned.filter(|_| request.all_tags) {
            let message = "--all-tags can't be combined with a digest.";
            return Err(ApiError::new(ErrorCode::InputInvalid, message)
                .about(pinned.to_string())
                .hint("Remove the digest, or remove --all-tags."));
        }
        let open = CopyEnds {
            source: ends.source(&source).await?,
            destination: ends.destination(&destination).await?,
            layers: ends.ecr_of(destination.registry()).await.map(|ecr| ecr as _),
        };
        if !request.all_tags {
            found.pairs.push((migration::CopyPair { source, destination }, open));
            continue;
        }
        let tags = match open.source.tags(source.path()).await {
            Ok(tags) => tags,
            // One repository that cannot be read takes nothing from the others.
            Err(error) if request.pairs.len() > 1 => {
                found.unread.push((pair.clone(), error.into()));
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        for tag in tags {
            let pair = migration::CopyPair {
                source: source.with_tag(tag.clone()),
                destination: destination.with_tag(tag),
            };
            found.pairs.push((pair, open.clone()));
        }
    }
    Ok(found)
}

async fn create_repositories(
    pairs: &[(migration::CopyPair, CopyEnds)],
    ends: &Ends,
) -> Result<(), ApiError> {
    let mut seen = std::collections::BTreeSet::new();
    for (pair, _) in pairs {
        let (host, path) = (pair.destination.registry(), pair.destination.path());
        if !seen.insert((host.to_string(), path.to_owned())) {
            continue;
        }
        let Some(ecr) = ends.ecr_of(host).await else { continue };
        let name = transload_engine::model::RepositoryName::parse(path)?;
        if ecr.repository(&name).await?.is_none() {
            ecr.create_repository(&name, &RepositorySettings::default()).await?;
        }
    }
    Ok(())
}
