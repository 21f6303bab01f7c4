//! Measures planning itself, after all requests.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use futures_util::{StreamExt, TryStreamExt, stream};
use transload_migration::{
    DestinationIdentity, Facts, ImageFacts, ImageTree, MigrationRequest, PlannedContent,
    RequestedImage, SourceFacts, plan,
};
use transload_model::{
    AccountId, ImageReference, Region, RegistryHost, RepositoryName, RepositorySettings, Tag,
};
use transload_registry::{AnonymousLogin, RegistryClient, RegistryEndpoint};

/// The number of manifests that are read at a time.
const MAX_CONCURRENT_READS: usize = 16;

/// Returns how long planning of these images takes when everything about them is known. Each image is
/// repository and tag at the source, and repository in ECR.
pub async fn seconds_of_plan(source: &str, images: &[(&str, &str, &str)]) -> Result<f64> {
    let host = RegistryHost::parse(source)?;
    let endpoint = RegistryEndpoint::for_host(&host, true)?;
    let client = &RegistryClient::new(endpoint, Arc::new(AnonymousLogin));
    let mut request = MigrationRequest::default();
    for (repository, tag, name) in images {
        let (tag, name) = (Tag::parse(tag)?, RepositoryName::parse(name)?);
        request.repositories.insert(name.clone(), RepositorySettings::default());
        request.images.push(RequestedImage {
            source_repository: (*repository).to_owned(),
            source: ImageReference::new(host.clone(), repository, Some(tag.clone()), None)?,
            repository: name,
            tag,
            resolution: None,
            pushed_at_ms: None,
        });
    }
    let read = request.images.iter().map(|image| async move {
        let tree = ImageTree::read(client, &image.source).await?;
        let facts = SourceFacts {
            digest: Some(tree.root.raw.digest().clone()),
            platforms: tree.platforms().into(),
            size_bytes: tree.blobs().values().sum(),
            content: Some(Arc::new(PlannedContent::of(&tree))),
            ..SourceFacts::default()
        };
        anyhow::Ok(ImageFacts { source: Ok(facts), destination: Ok(None), referrer_tags: None })
    });
    let facts = Facts {
        destination: DestinationIdentity::new(
            AccountId::parse("111122223333")?,
            Region::parse("eu-west-1")?,
            &RegistryEndpoint::parse("111122223333.dkr.ecr.eu-west-1.amazonaws.com")?,
            None,
        ),
        repositories: BTreeMap::new(),
        repository_states: BTreeMap::new(),
        images: stream::iter(read).buffered(MAX_CONCURRENT_READS).try_collect().await?,
        pull_quota: None,
        engine: None,
        blob_mounting: None,
        manifests: Arc::default(),
    };
    let began = Instant::now();
    let plan = plan(&request, &facts);
    let seconds = began.elapsed().as_secs_f64();
    anyhow::ensure!(plan.totals.images_to_move as usize == images.len(), "not the whole plan");
    Ok(seconds)
}
