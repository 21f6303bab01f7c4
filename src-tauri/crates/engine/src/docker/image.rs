//! The engine's images as our values.

use bollard::models::{
    ImageInspect, ImageManifestSummary, ImageManifestSummaryKindEnum, ImageSummary,
};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{DockerError, EngineImage};
use crate::model::{Digest, ImageReference, Platform};

/// An entry of the list. `None` for an image without a name.
pub(super) fn listed(summary: ImageSummary) -> Result<Option<EngineImage>, DockerError> {
    let references = names(&summary.repo_tags);
    if references.is_empty() {
        return Ok(None);
    }
    Ok(Some(EngineImage {
        id: identity(&summary.id)?,
        references,
        repository_digests: names(&summary.repo_digests),
        platforms: summary.manifests.as_deref().map(held).unwrap_or_default(),
        size_bytes: u64::try_from(summary.size).unwrap_or(0),
        created_at_ms: u64::try_from(summary.created).ok().map(|seconds| seconds * 1000),
    }))
}

/// The answer of `inspect`.
pub(super) fn inspected(image: ImageInspect) -> Result<EngineImage, DockerError> {
    let id = image.id.as_deref().unwrap_or_default();
    let platforms = match (&image.manifests, image.os, image.architecture) {
        (Some(manifests), ..) => held(manifests),
        (None, Some(os), Some(architecture)) if !os.is_empty() && !architecture.is_empty() => {
            let variant = image.variant.filter(|variant| !variant.is_empty());
            vec![Platform { os, architecture, variant }]
        }
        _ => Vec::new(),
    };
    Ok(EngineImage {
        id: identity(id)?,
        references: names(image.repo_tags.as_deref().unwrap_or_default()),
        repository_digests: names(image.repo_digests.as_deref().unwrap_or_default()),
        platforms,
        size_bytes: image.size.and_then(|size| u64::try_from(size).ok()).unwrap_or(0),
        created_at_ms: image.created.as_deref().and_then(milliseconds),
    })
}

/// What an engine that keeps whole indexes holds of one: the platforms whose content is there.
fn held(manifests: &[ImageManifestSummary]) -> Vec<Platform> {
    manifests
        .iter()
        .filter(|manifest| manifest.available)
        .filter(|manifest| manifest.kind == Some(ImageManifestSummaryKindEnum::IMAGE))
        .filter_map(|manifest| {
            let platform = &manifest.image_data.as_ref()?.platform;
            Some(Platform {
                os: platform.os.clone()?,
                architecture: platform.architecture.clone()?,
                variant: platform.variant.clone().filter(|variant| !variant.is_empty()),
            })
        })
        .collect()
}

fn identity(text: &str) -> Result<Digest, DockerError> {
    Digest::parse(text).map_err(|error| DockerError::AnswerUnusable { detail: error.to_string() })
}

/// The names that can be used. `<none>:<none>` is how older engines write "no name".
fn names(texts: &[String]) -> Vec<ImageReference> {
    texts
        .iter()
        .filter(|text| !text.contains("<none>"))
        .filter_map(|text| match ImageReference::parse(text) {
            Ok(reference) => Some(reference),
            Err(error) => {
                tracing::warn!(name = %text, %error, "the engine has a name that cannot be used");
                None
            }
        })
        .collect()
}

fn milliseconds(text: &str) -> Option<u64> {
    let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    u64::try_from(time.unix_timestamp_nanos() / 1_000_000).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ID: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn summary(extra: serde_json::Value) -> ImageSummary {
        let mut value = json!({
            "Id": ID, "ParentId": "", "RepoTags": ["dencold/pgcli:latest"], "RepoDigests": [],
            "Created": 1_700_000_000, "Size": 42, "SharedSize": -1, "Labels": null,
            "Containers": -1,
        });
        for (key, item) in extra.as_object().unwrap() {
            value[key] = item.clone();
        }
        serde_json::from_value(value).unwrap()
    }

    // The shape of the containerd image store, which no engine of Debian 12 has.
    #[test]
    fn an_index_shows_the_platforms_that_are_there_and_no_attestation() {
        let manifest = |kind: &str, available: bool, architecture: &str| {
            let platform = json!({"os": "linux", "architecture": architecture});
            let mut value = json!({
                "ID": ID, "Descriptor": {}, "Available": available,
                "Size": {"Total": 1, "Content": 1}, "Kind": kind,
            });
            if kind == "image" {
                value["ImageData"] =
                    json!({"Platform": platform, "Containers": [], "Size": {"Unpacked": 1}});
            }
            value
        };
        let image = listed(summary(json!({"Manifests": [
            manifest("image", true, "amd64"),
            manifest("image", false, "arm64"),
            manifest("attestation", true, "unknown"),
        ]})));
        let platforms = image.unwrap().unwrap().platforms;
        assert_eq!(platforms.iter().map(ToString::to_string).collect::<Vec<_>>(), ["linux/amd64"]);
    }

    #[test]
    fn an_image_without_a_name_is_left_out() {
        for names in [json!([]), json!(null), json!(["<none>:<none>"])] {
            assert_eq!(listed(summary(json!({"RepoTags": names}))).unwrap(), None);
        }
        let image = listed(summary(json!({}))).unwrap().unwrap();
        assert_eq!(image.references[0].to_string(), "docker.io/dencold/pgcli:latest");
        assert_eq!((image.size_bytes, image.created_at_ms), (42, Some(1_700_000_000_000)));
    }

    #[test]
    fn the_time_of_inspect_is_read() {
        assert_eq!(milliseconds("1970-01-01T00:00:01.5Z"), Some(1500));
        assert_eq!(milliseconds("2023-11-14T23:13:20+01:00"), Some(1_700_000_000_000));
        assert_eq!(milliseconds("0001-01-01T00:00:00Z"), None);
    }
}
