//! The number of requests of a copy of many images, including those for referrers.

use anyhow::{Result, ensure};
use serde_json::json;
use transload_migration::{CopyOptions, CopyOutcome};
use transload_tests::images::{Image, Recipe};
use transload_tests::scripted_registry::ScriptedRegistry;

use crate::registry_compatibility::content::{plain, with_manifest};
use crate::registry_copy::{client, copy};

/// The workload *many* of the benchmark: 40 repositories with 5 tags of 5 layers, 3 of them shared by all,
/// from and to a registry without the referrers API.
#[tokio::test]
async fn finding_referrers_takes_one_tag_list_per_repository_and_one_api_request() -> Result<()> {
    let source = ScriptedRegistry::start(plain()).await?;
    let destination = ScriptedRegistry::start(plain()).await?;
    let shared = Recipe::small(1).layers(vec![90, 80, 70]).build()?;
    let mut names = Vec::new();
    for number in 0..200_u64 {
        let own = Recipe::small(1_000 + number).layers(vec![60, 50]).build()?;
        let mut layers = shared.layers.clone();
        layers.extend(own.layers.clone());
        let image = with_layers(&own, layers)?;
        let (repository, tag) = (format!("many/app{:02}", number / 5), format!("v{}", number % 5));
        source.put_image(&repository, &tag, &image);
        names.push(format!("{repository}:{tag}"));
    }
    let (reader, writer) = (client(&source.url(), None)?, client(&destination.url(), None)?);
    for outcome in copy(&reader, &writer, &names, CopyOptions::default()).await? {
        ensure!(matches!(outcome, CopyOutcome::Copied { .. }), "{outcome:?}");
    }
    let (from, to) = (source.requests().len(), destination.requests().len());
    ensure!(from <= 850, "{from} requests to the source");
    ensure!(to <= 1_605, "{to} requests to the destination");
    Ok(())
}

fn with_layers(image: &Image, layers: Vec<transload_tests::images::Layer>) -> Result<Image> {
    let with = with_manifest(image, |json| {
        json["layers"] = layers
            .iter()
            .map(|layer| {
                json!({
                    "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
                    "digest": layer.compressed_digest, "size": layer.compressed.len(),
                })
            })
            .collect();
    })?;
    Ok(Image { layers, ..with })
}
