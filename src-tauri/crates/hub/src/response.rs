//! The JSON of Docker Hub's responses, and the values that the rest of the program uses.

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use transload_model::{Digest, Platform, Tag};

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The entries of this page.
    pub items: Vec<T>,
    /// The number of the next page; `None` on the last page.
    pub next: Option<u32>,
    /// The number of entries on all pages, if Docker Hub reports it.
    pub total: Option<u64>,
}

/// A repository on Docker Hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HubRepository {
    /// The user or organization that owns it; `library` for Docker Official Images.
    pub namespace: String,
    /// Name within the namespace.
    pub name: String,
    /// Short description by the owner.
    pub description: Option<String>,
    /// Whether it is visible only with a login.
    pub private: bool,
    /// The last change, in milliseconds since 1970.
    pub updated_at_ms: Option<u64>,
    /// Compressed size of all images in bytes, if Docker Hub reports it.
    pub size_bytes: Option<u64>,
}

/// A tag of a repository on Docker Hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HubTag {
    /// Name of the tag.
    pub tag: Tag,
    /// Digest of the manifest or index that it points to, if Docker Hub reports it.
    pub digest: Option<Digest>,
    /// Platforms of its images, without attestations.
    pub platforms: Vec<Platform>,
    /// Digests of its images, if Docker Hub reports them.
    pub image_digests: Vec<Digest>,
    /// Compressed size of the images of all platforms together, in bytes.
    pub size_bytes: u64,
    /// The last change, in milliseconds since 1970.
    pub updated_at_ms: Option<u64>,
    /// The last pull, in milliseconds since 1970.
    pub pulled_at_ms: Option<u64>,
}

/// A page of any list.
#[derive(Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
pub(super) struct ListResponse<T> {
    #[serde(default, deserialize_with = "number")]
    count: Option<u64>,
    #[serde(default)]
    next: Option<String>,
    /// `null` counts as an empty list.
    #[serde(deserialize_with = "nullable")]
    results: Vec<T>,
}

impl<T> ListResponse<T> {
    /// Converts the page with this number. Entries for which `convert` returns `None` are left out.
    pub(super) fn page<U>(self, number: u32, convert: impl FnMut(T) -> Option<U>) -> Page<U> {
        Page {
            next: self.next.filter(|next| !next.is_empty()).map(|_| number.saturating_add(1)),
            total: self.count,
            items: self.results.into_iter().filter_map(convert).collect(),
        }
    }
}

/// Reads a number in the forms `7`, `7.0` and `"7"`. Any other value, such as `null` or `-1`,
/// counts as missing, so a malformed number does not hide the whole entry.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Number(number) => number.as_u64().or_else(|| {
            let float = number.as_f64()?;
            (float >= 0.0 && float.fract() == 0.0 && float <= 9_007_199_254_740_992.0)
                .then_some(float as u64)
        }),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    })
}

/// Reads a list, or `null` for an empty list. The member is required: a document without it is not
/// a list.
fn nullable<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Reads a boolean; `null` and other values mean `false`.
fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(Value::deserialize(deserializer)?.as_bool().unwrap_or_default())
}

#[derive(Deserialize)]
pub(super) struct OrganizationResponse {
    pub(super) orgname: String,
}

#[derive(Deserialize)]
pub(super) struct RepositoryResponse {
    name: String,
    namespace: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default, deserialize_with = "flag")]
    is_private: bool,
    #[serde(default)]
    last_updated: Option<String>,
    #[serde(default, deserialize_with = "number")]
    storage_size: Option<u64>,
}

impl From<RepositoryResponse> for HubRepository {
    fn from(answer: RepositoryResponse) -> Self {
        Self {
            namespace: answer.namespace,
            name: answer.name,
            description: answer.description.filter(|text| !text.is_empty()),
            private: answer.is_private,
            updated_at_ms: milliseconds(answer.last_updated),
            size_bytes: answer.storage_size,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct TagResponse {
    name: String,
    #[serde(default)]
    digest: Option<String>,
    #[serde(default, deserialize_with = "number")]
    full_size: Option<u64>,
    #[serde(default)]
    last_updated: Option<String>,
    #[serde(default)]
    tag_last_pulled: Option<String>,
    #[serde(default)]
    images: Option<Vec<TagImage>>,
}

#[derive(Deserialize)]
struct TagImage {
    #[serde(default)]
    os: Option<String>,
    #[serde(default)]
    architecture: Option<String>,
    #[serde(default)]
    variant: Option<String>,
    #[serde(default)]
    digest: Option<String>,
    #[serde(default, deserialize_with = "number")]
    size: Option<u64>,
}

impl TagImage {
    /// Returns the platform, or `None` for an attestation, which Docker Hub lists as an image with
    /// the platform `unknown/unknown`.
    fn platform(&self) -> Option<Platform> {
        let known = |text: &Option<String>| {
            text.clone().filter(|text| !text.is_empty() && text != "unknown")
        };
        Some(Platform {
            os: known(&self.os)?,
            architecture: known(&self.architecture)?,
            variant: known(&self.variant),
        })
    }
}

impl TagResponse {
    /// Converts the tag. Returns `None`, and logs a warning, if its name is malformed.
    pub(super) fn into_tag(self) -> Option<HubTag> {
        let tag = Tag::parse(&self.name)
            .inspect_err(|error| tracing::warn!(%error, "Docker Hub lists a malformed tag"))
            .ok()?;
        let images = self.images.unwrap_or_default();
        let image_digests = images.iter().filter_map(|image| image.digest.as_deref());
        let image_digests = image_digests.filter_map(|text| Digest::parse(text).ok()).collect();
        let images: Vec<_> =
            images.iter().filter_map(|image| Some((image.platform()?, image.size))).collect();
        let size_bytes = if images.is_empty() {
            self.full_size.unwrap_or(0)
        } else {
            images.iter().filter_map(|(_, size)| *size).fold(0, u64::saturating_add)
        };
        Some(HubTag {
            tag,
            digest: self.digest.and_then(|text| Digest::parse(&text).ok()),
            image_digests,
            platforms: images.into_iter().map(|(platform, _)| platform).collect(),
            size_bytes,
            updated_at_ms: milliseconds(self.last_updated),
            pulled_at_ms: milliseconds(self.tag_last_pulled),
        })
    }
}

fn milliseconds(text: Option<String>) -> Option<u64> {
    let time = OffsetDateTime::parse(&text?, &Rfc3339).ok()?;
    u64::try_from(time.unix_timestamp_nanos() / 1_000_000).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_other_forms_and_nulls_are_accepted() {
        let page = |text: &str| {
            let list: ListResponse<RepositoryResponse> = serde_json::from_str(text).unwrap();
            list.page(1, |answer| Some(HubRepository::from(answer)))
        };
        for empty in [
            r#"{"count":0,"next":null,"results":null}"#,
            r#"{"count":null,"results":[]}"#,
            r#"{"count":0.0,"next":"","results":[]}"#,
            r#"{"results":null}"#,
        ] {
            let page = page(empty);
            assert!(page.items.is_empty() && page.next.is_none(), "{empty}");
        }
        for (size, read) in [
            ("7", Some(7)),
            ("7.0", Some(7)),
            ("\"7\"", Some(7)),
            ("null", None),
            ("-1", None),
            ("[]", None),
        ] {
            let text = format!(
                r#"{{"count":1.0,"results":[{{"name":"a","namespace":"b","description":null,"is_private":null,"last_updated":null,"storage_size":{size}}}]}}"#
            );
            let page = page(&text);
            assert_eq!((page.items[0].size_bytes, page.total), (read, Some(1)), "{size}");
        }
        let other = serde_json::from_str::<ListResponse<RepositoryResponse>>(r#"{"message":"no"}"#);
        assert!(other.is_err(), "a document without results is not a list");
    }
}
