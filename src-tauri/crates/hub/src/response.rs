use serde::{Deserialize, Deserializer};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use transload_model::{Digest, Platform, Tag};

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// The number of the next page; `None` on the last one.
    pub next: Option<u32>,
    /// How many there are on all pages, where Docker Hub says so.
    pub total: Option<u64>,
}

/// A repository of Docker Hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HubRepository {
    /// The user or organisation that owns it; `library` for official images.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// What its owner says of it, in a line.
    pub description: Option<String>,
    /// Whether only a login sees it.
    pub private: bool,
    /// When something last changed, in milliseconds since 1970.
    pub updated_at_ms: Option<u64>,
    /// What it holds, packed, in bytes, where Docker Hub says so.
    pub size_bytes: Option<u64>,
}

/// A tag of a repository of Docker Hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HubTag {
    /// The tag.
    pub tag: Tag,
    /// The digest of the manifest or index that it points to, where Docker Hub says so.
    pub digest: Option<Digest>,
    /// The platforms of its images.
    pub platforms: Vec<Platform>,
    /// The digests of its images, where Docker Hub says so.
    pub image_digests: Vec<Digest>,
    /// The packed size of the images of all its platforms together, in bytes.
    pub size_bytes: u64,
    /// When it last changed, in milliseconds since 1970.
    pub updated_at_ms: Option<u64>,
    /// When it was pulled last, in milliseconds since 1970.
    pub pulled_at_ms: Option<u64>,
}

/// The envelope of every list.
#[derive(Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
pub(super) struct List<T> {
    #[serde(default, deserialize_with = "number")]
    count: Option<u64>,
    #[serde(default)]
    next: Option<String>,
    /// `null` counts as an empty list.
    #[serde(deserialize_with = "nullable")]
    results: Vec<T>,
}

impl<T> List<T> {
    /// The page, of which this is the given number.
    pub(super) fn page<U>(self, number: u32, read: impl FnMut(T) -> Option<U>) -> Page<U> {
        Page {
            next: self.next.filter(|next| !next.is_empty()).map(|_| number.saturating_add(1)),
            total: self.count,
            items: self.results.into_iter().filter_map(read).collect(),
        }
    }
}

/// A number as JSON writers put it: `7`, `7.0`, `"7"`. Anything else, such as `null` or `-1`, is as if it
/// were not there: what is told beside a name must not hide the name.
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

/// A list, or `null` for none. It has to be there: any other document is no list.
fn nullable<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Whether something is so; `null` is no.
fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(Value::deserialize(deserializer)?.as_bool().unwrap_or_default())
}

#[derive(Deserialize)]
pub(super) struct OrganizationAnswer {
    pub(super) orgname: String,
}

#[derive(Deserialize)]
pub(super) struct RepositoryAnswer {
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

impl From<RepositoryAnswer> for HubRepository {
    fn from(answer: RepositoryAnswer) -> Self {
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
pub(super) struct TagAnswer {
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
    /// The platform; `None` for an attestation, which Docker Hub lists among the images with the
    /// platform `unknown/unknown`.
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

impl TagAnswer {
    /// The tag; `None`, with a line in the log, when its name is none.
    pub(super) fn read(self) -> Option<HubTag> {
        let tag = Tag::parse(&self.name)
            .inspect_err(|error| tracing::warn!(%error, "Docker Hub lists a tag that is none"))
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
    fn numbers_and_nulls_that_cannot_be_misread_are_taken() {
        let page = |text: &str| {
            let list: List<RepositoryAnswer> = serde_json::from_str(text).unwrap();
            list.page(1, |answer| Some(HubRepository::from(answer)))
        };
        for nothing in [
            r#"{"count":0,"next":null,"results":null}"#,
            r#"{"count":null,"results":[]}"#,
            r#"{"count":0.0,"next":"","results":[]}"#,
            r#"{"results":null}"#,
        ] {
            let page = page(nothing);
            assert!(page.items.is_empty() && page.next.is_none(), "{nothing}");
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
        let other = serde_json::from_str::<List<RepositoryAnswer>>(r#"{"message":"no"}"#);
        assert!(other.is_err(), "a document without results is no list");
    }
}
