//! Images that came from the destination registry, and whose layers the engine doesn't hold: the
//! registry can mount the layers from the repository that the image was pulled from. Planning and the
//! engine push call it.
//!
//! The containerd store doesn't download a layer whose unpacked content it has from another image. It
//! can't upload such a layer, but asks the registry to mount it if the image was pulled from that
//! registry. Measured on Docker 26.1.5 and 28.5.2: a single image arrives with its digest, an index
//! never does, because the engine refuses it before it asks the registry.

use crate::endpoints::Destination;
use crate::engine_route::predict::{EngineOutcome, Prediction, of_single_image};
use transload_docker::{EngineImage, EngineManifestKind};
use transload_model::{ImageReference, Platform, RepositoryName};

/// Returns the prediction for an image whose layers are mounted, or `None` if the engine can't push
/// it that way. `wanted` is the platform that was requested.
pub(crate) fn mounted(image: &EngineImage, wanted: Option<&Platform>) -> Option<Prediction> {
    let [only] = image.manifests.as_deref()? else { return None };
    if only.digest != image.id || only.kind != EngineManifestKind::Image || only.is_available {
        return None;
    }
    let known = only.platform.as_ref().map(|known| &known.platform);
    // The engine may not know the platform, because it doesn't hold the configuration.
    if wanted.is_some_and(|wanted| !known.is_some_and(|known| known.matches(wanted))) {
        return None;
    }
    Some(of_single_image(image, only, EngineOutcome::Mounted))
}

/// Returns whether the destination registry has the image in a repository that the engine knows, and
/// mounts layers from there. If the setting of the account can't be read, a push may be tried.
pub(crate) async fn can_mount(
    destination: &Destination,
    image: &EngineImage,
    name: &ImageReference,
    to: &RepositoryName,
) -> bool {
    let host = &destination.identity.registry;
    let mut names: Vec<&ImageReference> = vec![name];
    names.extend(image.references.iter().filter(|known| *known != name));
    let mut paths: Vec<&str> = Vec::new();
    for name in names.into_iter().filter(|name| name.registry() == host) {
        if !paths.contains(&name.path()) {
            paths.push(name.path());
        }
    }
    let mut from = None;
    for path in paths {
        let head = destination.registry.manifest_head(path, image.id.as_str()).await;
        if matches!(head, Ok(Some(_))) {
            from = Some(path);
            break;
        }
    }
    match from {
        None => false,
        Some(path) if path == to.as_str() => true,
        Some(_) => !matches!(destination.ecr.blob_mounting().await, Ok(false)),
    }
}
