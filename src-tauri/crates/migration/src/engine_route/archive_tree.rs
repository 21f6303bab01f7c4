//! Reads the manifests of an image from the engine's archive: the whole index if it is complete,
//! otherwise one image of it. The own push uses it.

use crate::engine_route::predict::EngineOutcome;
use crate::error::MigrationError;
use crate::image_tree::{ImageTree, Node};
use crate::manifest_parts::ManifestParts;
use crate::plan::PlannedImage;
use transload_docker::{ArchiveContents, DockerError};
use transload_model::{Descriptor, Digest, Manifest, ManifestError, Platform, RawManifest};

/// Maximum nesting of indexes; see [`crate::image_tree`].
const MAX_DEPTH: usize = 4;

/// Returns the manifests to send, and the index that they are a part of. `chosen` is the platform
/// that was requested: then the index is not sent, even if it is complete.
///
/// # Errors
/// Returns an error if the archive doesn't contain what is needed.
pub(crate) fn selected_tree(
    contents: &ArchiveContents,
    planned: &PlannedImage,
    chosen: Option<&Platform>,
) -> Result<(ImageTree, Option<Digest>), MigrationError> {
    let image = &planned.source;
    let missing = |missing: Vec<Platform>| MigrationError::EngineContentMissing {
        image: image.clone(),
        missing,
    };
    let root = contents.root.parse().map_err(unusable)?;
    let Manifest::Index(index) = root else {
        let root = node(contents, contents.root.clone(), None, 0)?;
        let root = root.ok_or_else(|| missing(planned.platforms.to_vec()))?;
        expect_platform(contents, &root, planned, chosen)?;
        return Ok((ImageTree { root }, None));
    };
    let outcome = planned.engine.as_ref().map(|plan| plan.outcome);
    let is_part = outcome == Some(EngineOutcome::Part);
    if !is_part && chosen.is_none() {
        let root = node(contents, contents.root.clone(), None, 0)?;
        if let Some(root) = root {
            return Ok((ImageTree { root }, None));
        }
        if outcome == Some(EngineOutcome::Whole) {
            return Err(missing(Vec::new()));
        }
    }
    let wanted = chosen.or(planned.platforms.first());
    let (mut available, mut found) = (Vec::new(), Vec::new());
    for child in index.manifests.iter().filter(|child| !child.is_attestation()) {
        let Some(node) = child_node(contents, child, 1)? else { continue };
        let is_meant = match &planned.source_digest {
            Some(digest) if is_part => child.digest == *digest,
            _ => match (&child.platform, wanted) {
                (Some(platform), Some(wanted)) => platform.matches(wanted),
                _ => wanted.is_none(),
            },
        };
        available.extend(child.platform.clone());
        if is_meant {
            found.push(node);
        }
    }
    match (found.is_empty(), chosen) {
        (false, _) => {
            Ok((ImageTree { root: found.remove(0) }, Some(contents.root.digest().clone())))
        }
        (true, Some(wanted)) => {
            let (image, wanted) = (image.clone(), wanted.clone());
            Err(MigrationError::PlatformMissing { image, wanted, available })
        }
        (true, None) => Err(missing(planned.platforms.to_vec())),
    }
}

/// Reads a manifest with all its children. Returns `None` if the engine doesn't hold all of them.
fn node(
    contents: &ArchiveContents,
    raw: RawManifest,
    descriptor: Option<&Descriptor>,
    depth: usize,
) -> Result<Option<Node>, MigrationError> {
    let manifest = raw.parse().map_err(unusable)?;
    let ManifestParts { blobs, listed, foreign_layers } = ManifestParts::of(manifest);
    if !blobs.iter().all(|blob| contents.contains(&blob.digest, blob.size_bytes)) {
        return Ok(None);
    }
    if !listed.is_empty() && depth >= MAX_DEPTH {
        return Ok(None);
    }
    let mut children = Vec::with_capacity(listed.len());
    for child in &listed {
        match child_node(contents, child, depth + 1)? {
            Some(child) => children.push(child),
            None => return Ok(None),
        }
    }
    let name = descriptor.map_or_else(|| raw.digest().clone(), |child| child.digest.clone());
    Ok(Some(Node {
        raw,
        name,
        platform: descriptor.and_then(|descriptor| descriptor.platform.clone()),
        attestation: descriptor.is_some_and(Descriptor::is_attestation),
        blobs,
        foreign_layers,
        children,
    }))
}

fn child_node(
    contents: &ArchiveContents,
    child: &Descriptor,
    depth: usize,
) -> Result<Option<Node>, MigrationError> {
    match contents.manifest(&child.digest, &child.media_type)? {
        Some(raw) => node(contents, raw, Some(child), depth),
        None => Ok(None),
    }
}

/// A single image states its platform in its configuration.
fn expect_platform(
    contents: &ArchiveContents,
    root: &Node,
    planned: &PlannedImage,
    chosen: Option<&Platform>,
) -> Result<(), MigrationError> {
    let Some(wanted) = chosen else { return Ok(()) };
    let config = root.blobs.first().and_then(|config| contents.document(&config.digest));
    let actual = config.and_then(|config| serde_json::from_slice::<Platform>(config).ok());
    match actual {
        Some(actual) if !actual.matches(wanted) => Err(MigrationError::PlatformMissing {
            image: planned.source.clone(),
            wanted: wanted.clone(),
            available: vec![actual],
        }),
        _ => Ok(()),
    }
}

fn unusable(error: ManifestError) -> MigrationError {
    DockerError::InvalidResponse { detail: error.to_string() }.into()
}
