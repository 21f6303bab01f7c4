//! Predicts what a push of an engine's image will send. Pure: `facts` calls it before anything is
//! written.
//!
//! The result depends on the image store, the API version and which parts of an index the engine
//! holds: the containerd store sends original manifests, but an index only if all of it is held;
//! other stores repack the layers of one platform.

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use transload_docker::{
    EngineImage, EngineInfo, EngineManifest, EngineManifestKind, EnginePlatform, ImageStore,
};
use transload_model::{Digest, ImageReference, Platform};

/// How an image of the Docker Engine is sent to ECR. Part of the plan; the run follows it or stops.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnginePlan {
    /// The engine's image ID. The image is tagged and read by it.
    pub image_id: Digest,
    /// Who sends it.
    pub method: EnginePushMethod,
    /// What is pushed.
    pub outcome: EngineOutcome,
    /// The platform that is sent, if it is only one of an index.
    pub platform: Option<EnginePlatform>,
    /// Every platform that the index lists, whether the engine holds it or not. Empty for a single
    /// image, and if the engine doesn't report them.
    pub index_platforms: Vec<Platform>,
    /// Whether attestations of the index are not sent.
    pub attestations_stay: bool,
}

/// Who sends the content of an engine's image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "plan.ts")]
pub enum EnginePushMethod {
    /// The engine pushes the whole image.
    Push,
    /// The engine pushes one platform of an index.
    PushPlatform,
    /// Transload reads the image's archive from the engine and uploads it, byte for byte.
    OwnPush,
}

/// What is pushed of an engine's image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "plan.ts")]
pub enum EngineOutcome {
    /// The whole image with its digest.
    Whole,
    /// One image of an index, with its digest in the index.
    Part,
    /// The engine doesn't report what it holds: the whole index if it is complete, otherwise the
    /// image of one platform.
    SeenWhileSending,
    /// One platform with repacked layers: another digest, the same content.
    Repacked,
    /// The whole image with its digest, although the engine doesn't hold its layers: they are mounted
    /// from the repository of the same registry that the image was pulled from.
    Mounted,
}

/// What a push will send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Prediction {
    pub engine: EnginePlan,
    /// The resulting digest, if it is known in advance.
    pub digest: Option<Digest>,
    /// The index that contains the image.
    pub part_of: Option<Digest>,
    pub platforms: Vec<Platform>,
    pub size_bytes: u64,
}

/// Why an image can't be pushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NotPushable {
    /// The engine doesn't hold the requested platform.
    PlatformMissing { available: Vec<Platform> },
    /// The engine holds several platforms but not the whole index, and none is its own platform.
    PlatformChoiceNeeded { available: Vec<Platform> },
    /// The engine can run the image, but doesn't hold its layers in the form that a registry needs.
    LayersNotHeld,
    /// The name refers to a manifest list of Podman, whose Docker API pushes only one platform of it.
    ManifestList,
}

/// Returns whether a name refers to a manifest list of Podman (`podman manifest create`). Podman's
/// Docker API returns the list's image for its own platform, which has other names. Source: Podman
/// 4.3.1, `/images/NAME/json` of a list; its `/images/json` omits lists.
pub(crate) fn is_podman_list(
    info: &EngineInfo,
    name: &ImageReference,
    found: &EngineImage,
) -> bool {
    info.store == ImageStore::Podman && !found.references.contains(name)
}

/// Predicts what a push sends. `wanted` is the platform that was requested.
pub(crate) fn predict(
    info: &EngineInfo,
    image: &EngineImage,
    wanted: Option<&Platform>,
) -> Result<Prediction, NotPushable> {
    match (info.store, &image.manifests) {
        (ImageStore::GraphDriver | ImageStore::Podman, _) => repacked(image, wanted),
        (ImageStore::Containerd, None) => Ok(seen_while_sending(info, image, wanted)),
        (ImageStore::Containerd, Some(parts)) => from_parts(info, image, parts, wanted),
    }
}

fn repacked(image: &EngineImage, wanted: Option<&Platform>) -> Result<Prediction, NotPushable> {
    let known = &image.platforms;
    if let Some(wanted) = wanted
        && !known.is_empty()
        && !known.iter().any(|known| known.matches(wanted))
    {
        return Err(NotPushable::PlatformMissing { available: known.clone() });
    }
    Ok(Prediction {
        engine: engine_plan(image, EnginePushMethod::Push, EngineOutcome::Repacked),
        digest: None,
        part_of: None,
        platforms: known.clone(),
        size_bytes: image.size_bytes,
    })
}

/// Docker 25 and 26, and 27.0 and 27.1, don't report which parts of an index they hold. 25 and 26
/// push an image whole or refuse it at once, so their push is tried first. 27 would push one of its
/// images instead, so only the archive shows there what is held.
fn seen_while_sending(
    info: &EngineInfo,
    image: &EngineImage,
    wanted: Option<&Platform>,
) -> Prediction {
    let platform = wanted.or(image.platforms.first()).cloned();
    let sent = platform.clone().map(|platform| EnginePlatform { platform, os_version: None });
    let method = match wanted.is_none() && info.pushes_whole_or_nothing() {
        true => EnginePushMethod::Push,
        false => EnginePushMethod::OwnPush,
    };
    let engine = engine_plan(image, method, EngineOutcome::SeenWhileSending);
    Prediction {
        engine: EnginePlan { platform: sent, ..engine },
        digest: None,
        part_of: None,
        platforms: platform.into_iter().collect(),
        size_bytes: image.size_bytes,
    }
}

fn from_parts(
    info: &EngineInfo,
    image: &EngineImage,
    parts: &[EngineManifest],
    wanted: Option<&Platform>,
) -> Result<Prediction, NotPushable> {
    let is_index = !matches!(parts, [only] if only.digest == image.id);
    let available: Vec<_> = parts
        .iter()
        .filter(|part| part.is_available && part.kind == EngineManifestKind::Image)
        .collect();
    let held = platforms_of(&available);
    if let Some(wanted) = wanted {
        let matching: Vec<_> =
            available.iter().copied().filter(|part| is_platform(part, wanted)).collect();
        if matching.is_empty() {
            let unknown = available.iter().any(|part| part.platform.is_none()) && !is_index;
            return match available.is_empty() {
                // A single image may omit its platform.
                false if unknown => Ok(whole(image, parts)),
                false => Err(NotPushable::PlatformMissing { available: held }),
                // Without its configuration, the platform of a single image is unknown.
                true if parts.iter().any(|part| {
                    is_platform(part, wanted) || (part.platform.is_none() && !is_index)
                }) =>
                {
                    Err(NotPushable::LayersNotHeld)
                }
                true => Err(NotPushable::PlatformMissing { available: held }),
            };
        }
        if is_index {
            return select_one(info, image, parts, &matching, Some(wanted));
        }
    }
    if !parts.is_empty() && parts.iter().all(|part| part.is_available) {
        return Ok(whole(image, parts));
    }
    if available.is_empty() || !is_index {
        return Err(NotPushable::LayersNotHeld);
    }
    select_one(info, image, parts, &available, None)
}

fn whole(image: &EngineImage, parts: &[EngineManifest]) -> Prediction {
    let images: Vec<_> =
        parts.iter().filter(|part| part.kind == EngineManifestKind::Image).collect();
    let engine = engine_plan(image, EnginePushMethod::Push, EngineOutcome::Whole);
    Prediction {
        engine: EnginePlan { index_platforms: index_platforms(image, parts), ..engine },
        digest: Some(image.id.clone()),
        part_of: None,
        platforms: platforms_of(&images),
        size_bytes: parts.iter().map(|part| part.content_bytes).sum(),
    }
}

/// Predicts a push of a single image with its digest.
pub(super) fn of_single_image(
    image: &EngineImage,
    part: &EngineManifest,
    outcome: EngineOutcome,
) -> Prediction {
    Prediction {
        engine: engine_plan(image, EnginePushMethod::Push, outcome),
        digest: Some(image.id.clone()),
        part_of: None,
        platforms: platforms_of(&[part]),
        size_bytes: part.content_bytes,
    }
}

/// Selects one image of an index: the only one, or the one for the engine's own platform.
fn select_one(
    info: &EngineInfo,
    image: &EngineImage,
    parts: &[EngineManifest],
    candidates: &[&EngineManifest],
    wanted: Option<&Platform>,
) -> Result<Prediction, NotPushable> {
    let own =
        Platform { os: info.os.clone(), architecture: info.architecture.clone(), variant: None };
    let preferred = wanted.unwrap_or(&own);
    let exact = candidates.iter().copied().find(|part| {
        part.platform
            .as_ref()
            .is_some_and(|known| normalized(&known.platform) == normalized(preferred))
    });
    let several = platforms_of(candidates);
    let child = match (exact, several.len(), candidates) {
        (Some(exact), ..) => exact,
        (None, 0 | 1, [first, ..]) => first,
        _ => return Err(NotPushable::PlatformChoiceNeeded { available: several }),
    };
    // The engine is given a platform, so it can't distinguish two images of the same platform.
    let alike = |part: &&EngineManifest| {
        part.is_available
            && part.kind == EngineManifestKind::Image
            && part.platform.as_ref().map(key) == child.platform.as_ref().map(key)
    };
    let is_unique = child.platform.is_some() && parts.iter().filter(alike).count() == 1;
    let method = match is_unique && info.pushes_platforms() {
        true => EnginePushMethod::PushPlatform,
        false => EnginePushMethod::OwnPush,
    };
    let engine = engine_plan(image, method, EngineOutcome::Part);
    Ok(Prediction {
        engine: EnginePlan {
            platform: child.platform.clone(),
            index_platforms: index_platforms(image, parts),
            attestations_stay: parts
                .iter()
                .any(|part| part.kind == EngineManifestKind::Attestation),
            ..engine
        },
        digest: Some(child.digest.clone()),
        part_of: Some(image.id.clone()),
        platforms: child.platform.iter().map(|known| known.platform.clone()).collect(),
        size_bytes: child.content_bytes,
    })
}

fn engine_plan(
    image: &EngineImage,
    method: EnginePushMethod,
    outcome: EngineOutcome,
) -> EnginePlan {
    EnginePlan {
        image_id: image.id.clone(),
        method,
        outcome,
        platform: None,
        index_platforms: Vec::new(),
        attestations_stay: false,
    }
}

fn index_platforms(image: &EngineImage, parts: &[EngineManifest]) -> Vec<Platform> {
    match parts {
        [only] if only.digest == image.id => Vec::new(),
        parts => {
            let images: Vec<_> =
                parts.iter().filter(|part| part.kind == EngineManifestKind::Image).collect();
            platforms_of(&images)
        }
    }
}

/// Returns the distinct platforms of parts, in the order of the index.
fn platforms_of(parts: &[&EngineManifest]) -> Vec<Platform> {
    let mut platforms: Vec<Platform> = Vec::new();
    for known in parts.iter().filter_map(|part| part.platform.as_ref()) {
        if !platforms.contains(&known.platform) {
            platforms.push(known.platform.clone());
        }
    }
    platforms
}

fn is_platform(part: &EngineManifest, wanted: &Platform) -> bool {
    let wanted = normalized(wanted);
    let matches = |known: &EnginePlatform| {
        let known = normalized(&known.platform);
        (known.0, known.1) == (wanted.0, wanted.1) && (wanted.2.is_none() || known.2 == wanted.2)
    };
    part.platform.as_ref().is_some_and(matches)
}

/// Returns the fields by which the engine distinguishes images.
fn key(platform: &EnginePlatform) -> (&str, &str, Option<&str>, Option<&str>) {
    let (os, architecture, variant) = normalized(&platform.platform);
    (os, architecture, variant, platform.os_version.as_deref())
}

/// Returns a platform without the variant that is the default of its architecture. Source:
/// containerd, `platforms/database.go`, `normalizeArch`.
fn normalized(platform: &Platform) -> (&str, &str, Option<&str>) {
    let variant = match (platform.architecture.as_str(), platform.variant.as_deref()) {
        ("amd64", Some("v1")) | ("arm64", Some("v8" | "8")) | ("arm", Some("v7" | "7")) => None,
        (_, variant) => variant,
    };
    (&platform.os, &platform.architecture, variant)
}
