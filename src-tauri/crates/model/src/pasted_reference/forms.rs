//! What pasted text can name, and references as all of its forms write them.

use crate::reference::{ImageReference, InvalidReference};
use crate::region::Region;
use crate::registry_host::{InvalidRegistryHost, RegistryHost};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PastedReference {
    /// A registry, without a repository.
    Registry {
        host: RegistryHost,
        /// Whether the address says HTTP or HTTPS. `None` if it says neither.
        plain_http: Option<bool>,
    },
    /// All repositories of a Docker Hub user or organization.
    HubNamespace(String),
    /// The private ECR registry of a region, without an account.
    EcrRegion(Region),
    /// A repository of a registry, and its tag or digest if the text names them.
    Image { reference: ImageReference, plain_http: Option<bool> },
    /// An image of the Docker Engine on this computer.
    EngineImage(ImageReference),
}

/// Why pasted text names nothing that can be copied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotUnderstood {
    /// A page that isn't about one registry, repository or image.
    #[error("the address at {0} names no registry or repository")]
    WebPage(String),
    /// A scheme or transport of files and folders, such as `oci-archive`.
    #[error("{0}: names a file, a folder or a store on a computer instead of a registry")]
    Transport(String),
    /// A command that isn't about one image, such as `docker ps`.
    #[error("the {0} command names no image")]
    NoImage(&'static str),
    /// Several lines.
    #[error("the text has {0} lines; one image at a time can be pasted")]
    Several(usize),
    /// A malformed reference.
    #[error(transparent)]
    Reference(#[from] InvalidReference),
    /// A malformed registry host.
    #[error(transparent)]
    Host(#[from] InvalidRegistryHost),
}

/// Reads a reference that starts with a host or names an image of Docker Hub. Without a tag and a
/// digest, it names the whole repository.
pub(super) fn read_reference(
    text: &str,
    plain_http: Option<bool>,
) -> Result<PastedReference, NotUnderstood> {
    // Without a slash, `alpine:3` is an image and not a host with a port.
    if let Some(host) = text.strip_suffix('/').filter(|host| is_host(host)) {
        return read_host(host, plain_http);
    }
    let text = text.trim_end_matches('/');
    let (name, digest) =
        text.split_once('@').map_or((text, None), |(name, digest)| (name, Some(digest)));
    let reference = ImageReference::parse(text)?;
    let path_start = name.rfind('/').map_or(0, |slash| slash + 1);
    let is_whole = digest.is_none() && !name[path_start..].contains(':');
    let reference = if is_whole { without_tag(&reference)? } else { reference };
    let reference = on_docker_hub(reference)?;
    Ok(PastedReference::Image { reference, plain_http })
}

fn without_tag(reference: &ImageReference) -> Result<ImageReference, InvalidReference> {
    ImageReference::new(reference.registry().clone(), reference.path(), None, None)
}

/// Gives an image of one of Docker Hub's servers the host that references use.
pub(super) fn on_docker_hub(reference: ImageReference) -> Result<ImageReference, InvalidReference> {
    if !is_docker_hub(reference.registry()) {
        return Ok(reference);
    }
    let (tag, digest) = (reference.tag().cloned(), reference.digest().cloned());
    ImageReference::new(RegistryHost::docker_hub(), reference.path(), tag, digest)
}

/// Whether this is Docker Hub, or a server of it that only addresses name.
pub(super) fn is_docker_hub(host: &RegistryHost) -> bool {
    host.is_docker_hub()
        || ["registry-1.docker.io", "registry.hub.docker.com", "hub.docker.com"]
            .contains(&host.as_str())
}

pub(super) fn read_host(
    text: &str,
    plain_http: Option<bool>,
) -> Result<PastedReference, NotUnderstood> {
    let host = RegistryHost::parse(text.trim_end_matches('/'))?;
    let host = if is_docker_hub(&host) { RegistryHost::docker_hub() } else { host };
    Ok(PastedReference::Registry { host, plain_http })
}

/// Whether the first part of a reference is a registry, by Docker's rule, with a port where it has a
/// colon: `app:1.0/` is no host.
pub(super) fn is_host(part: &str) -> bool {
    let has_port = part.rsplit_once(':').is_some_and(|(_, port)| {
        !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit())
    });
    let is_name = part == "localhost" || part.split(':').next().unwrap_or("").contains('.');
    (has_port || is_name || part.starts_with('[')) && RegistryHost::parse(part).is_ok()
}

/// Returns the transport of skopeo and Podman for files, if the text starts with one. Source:
/// containers-transports(5).
pub(super) fn file_transport(text: &str) -> Option<&str> {
    let (transport, _) = text.split_once(':')?;
    let known =
        ["containers-storage", "dir", "docker-archive", "oci", "oci-archive", "ostree", "sif"];
    known.contains(&transport).then_some(transport)
}

/// Removes the quotes around text that was copied from code or a document.
pub(super) fn unquoted(text: &str) -> &str {
    for quote in ['"', '\'', '`'] {
        if let Some(inner) = text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote)) {
            return inner.trim();
        }
    }
    text
}
