//! Which resource a `/v2/` path names. Repository names contain slashes, so the
//! marker after the name is searched from the end.

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
    /// The repository that the resource belongs to.
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

/// Reads a path; `None` for what is no resource.
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
mod tests {
    use super::*;

    #[test]
    fn names_with_slashes_and_awkward_parts_are_told_from_the_resource() {
        let name = || "team/blobs/app".to_owned();
        assert_eq!(parse("/v2/"), Some(Target::Base));
        assert_eq!(parse("/v2/team/blobs/app/tags/list"), Some(Target::Tags { name: name() }));
        assert_eq!(
            parse("/v2/team/blobs/app/manifests/1.0"),
            Some(Target::Manifest { name: name(), reference: "1.0".to_owned() })
        );
        assert_eq!(
            parse("/v2/team/blobs/app/blobs/uploads/"),
            Some(Target::Uploads { name: name() })
        );
        assert_eq!(
            parse("/v2/team/blobs/app/blobs/uploads/x1"),
            Some(Target::Upload { name: name(), id: "x1".to_owned() })
        );
        assert_eq!(parse("/v2/app/other/x"), None);
        assert_eq!(parse("/v1/app/manifests/x"), None);
    }
}
