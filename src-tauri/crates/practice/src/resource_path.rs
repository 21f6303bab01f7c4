//! Parses `/v2/` paths, for both registries. Repository names contain slashes, so the marker after the name
//! is searched from the end.

/// A resource of the registry protocol.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Base,
    Catalog,
    Tags { name: String },
    Referrers { name: String, digest: String },
    Manifest { name: String, reference: String },
    Blob { name: String, digest: String },
    Uploads { name: String },
    Upload { name: String, id: String },
}

impl Target {
    /// Returns the repository that the resource belongs to.
    pub(crate) fn repository(&self) -> Option<&str> {
        match self {
            Self::Base | Self::Catalog => None,
            Self::Tags { name }
            | Self::Referrers { name, .. }
            | Self::Manifest { name, .. }
            | Self::Blob { name, .. }
            | Self::Uploads { name }
            | Self::Upload { name, .. } => Some(name),
        }
    }
}

/// Parses a path. Returns `None` if it is not a resource of the protocol.
pub(crate) fn parse(path: &str) -> Option<Target> {
    let path = path.strip_prefix("/v2")?;
    if path.is_empty() || path == "/" {
        return Some(Target::Base);
    }
    let path = path.strip_prefix('/')?;
    if path == "_catalog" {
        return Some(Target::Catalog);
    }
    if let Some(name) = path.strip_suffix("/tags/list") {
        return Some(Target::Tags { name: name.to_owned() });
    }
    let trimmed = path.strip_suffix('/').unwrap_or(path);
    if let Some(name) = trimmed.strip_suffix("/blobs/uploads") {
        return Some(Target::Uploads { name: name.to_owned() });
    }
    let (rest, last) = path.rsplit_once('/')?;
    let (name, last) = (rest, last.replace("%3A", ":").replace("%3a", ":"));
    if last.is_empty() {
        return None;
    }
    if let Some(name) = name.strip_suffix("/blobs/uploads") {
        return Some(Target::Upload { name: name.to_owned(), id: last });
    }
    let (name, kind) = name.rsplit_once('/')?;
    let name = name.to_owned();
    match kind {
        "manifests" => Some(Target::Manifest { name, reference: last }),
        "blobs" => Some(Target::Blob { name, digest: last }),
        "referrers" => Some(Target::Referrers { name, digest: last }),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
