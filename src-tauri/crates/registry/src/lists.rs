//! Lists that come in pages: tags and the catalog. A list is read to its end or fails; a part of it
//! is never given for the whole.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use reqwest::Method;
use serde_json::Value;
use url::Url;

use crate::client::{Document, RegistryClient, RegistryRequest};
use crate::error::RegistryError;
use crate::http::Body;
use crate::remedy::{Optional, Remedy};
use crate::token::Scope;
use crate::{addresses, link};
use transload_model::Tag;

/// The page sizes that are asked for, one after the other where a registry refuses one. The first is
/// the most that ECR takes (`n` above 1000 is refused with 405), and the limit of distribution 3.
const PAGE_SIZES: [Option<usize>; 4] = [Some(1000), None, Some(100), Some(10)];
/// A page that is longer than this is not read, in bytes: names have at most 255.
const PAGE_LIMIT_BYTES: usize = 8 * 1024 * 1024;
/// All pages of a list together, in bytes: a million names.
const LIST_LIMIT_BYTES: usize = 64 * 1024 * 1024;
/// More pages than this are no list: a repository of ECR has at most 100,000 images.
const PAGE_LIMIT: usize = 10_000;
/// Pages one after the other that hold nothing new before the list counts as endless.
const IDLE_PAGES_LIMIT: usize = 20;

/// The page size that a registry takes, as its place in [`PAGE_SIZES`].
#[derive(Default)]
pub(super) struct PageSize(AtomicUsize);

impl PageSize {
    fn get(&self) -> Option<usize> {
        PAGE_SIZES.get(self.0.load(Ordering::Relaxed)).copied().flatten()
    }

    /// Whether there is another size to try after one that was refused.
    fn next(&self, refused: Option<usize>) -> bool {
        let place = PAGE_SIZES.iter().position(|size| *size == refused).unwrap_or_default() + 1;
        self.0.fetch_max(place.min(PAGE_SIZES.len() - 1), Ordering::Relaxed);
        place < PAGE_SIZES.len()
    }
}

/// What a list is about.
pub(super) struct List<'a> {
    pub(super) url: Url,
    pub(super) scope: Scope,
    pub(super) subject: &'a str,
    /// Whether it is asked for with a page size, and its pages continue after a name.
    pub(super) has_page_size: bool,
    pub(super) is_optional: bool,
    /// Takes the items out of a page; nothing where the document is no such list.
    pub(super) read: fn(&Value) -> Option<Vec<String>>,
}

/// The names in an array; what is no text is passed over, and `null` is an empty list.
fn names(list: &Value) -> Option<Vec<String>> {
    match list {
        Value::Null => Some(Vec::new()),
        Value::Array(items) => {
            Some(items.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        }
        _ => None,
    }
}

fn tags_of(page: &Value) -> Option<Vec<String>> {
    match page.get("tags") {
        Some(tags) => names(tags),
        // A repository without tags may be named alone.
        None => (page.get("name").is_some() && page.get("errors").is_none()).then(Vec::new),
    }
}

fn repositories_of(page: &Value) -> Option<Vec<String>> {
    page.get("repositories").and_then(names)
}

impl RegistryClient {
    pub(super) async fn list_tags(&self, path: &str) -> Result<Vec<Tag>, RegistryError> {
        let list = List {
            url: self.endpoint.below_v2(path.split('/').chain(["tags", "list"])),
            scope: Scope::Pull(path.to_owned()),
            subject: path,
            has_page_size: true,
            is_optional: false,
            read: tags_of,
        };
        let names = self.pages(list).await?;
        let tags = names.iter().filter_map(|name| match Tag::parse(name) {
            Ok(tag) => Some(tag),
            Err(error) => {
                tracing::warn!(registry = %self.endpoint.host, path, %error, "a listed tag is left out");
                None
            }
        });
        Ok(tags.collect())
    }

    pub(super) async fn list_repositories(&self) -> Result<Vec<String>, RegistryError> {
        self.pages(List {
            url: self.endpoint.below_v2(["_catalog"]),
            scope: Scope::Catalogue,
            subject: "catalog",
            has_page_size: true,
            is_optional: false,
            read: repositories_of,
        })
        .await
    }

    /// Every name of a list once, all pages.
    pub(super) async fn pages(&self, list: List<'_>) -> Result<Vec<String>, RegistryError> {
        let mut names = Vec::new();
        let (mut known, mut visited) = (HashSet::new(), HashSet::new());
        let (mut read_bytes, mut idle_pages) = (0, 0);
        let mut size = self.page_size.get().filter(|_| list.has_page_size);
        let mut url = sized(&list.url, size);
        loop {
            if !visited.insert(url.clone()) || visited.len() > PAGE_LIMIT {
                return Err(self.endless(&list));
            }
            let mut ask =
                RegistryRequest::new(Method::GET, url.clone(), list.scope.clone(), list.subject);
            ask.is_optional = list.is_optional;
            let document = match self.fetch(&ask, PAGE_LIMIT_BYTES).await {
                Ok(document) => document,
                // Only the first page: later ones are at addresses that the registry named.
                Err(error) if visited.len() <= PAGE_SIZES.len() && names.is_empty() => {
                    let is_refused = error.allows_fallback(Optional::PageSize);
                    if !list.has_page_size || !is_refused || !self.page_size.next(size) {
                        return Err(error);
                    }
                    size = self.page_size.get();
                    url = sized(&list.url, size);
                    continue;
                }
                Err(error) => return Err(error),
            };
            let page = self.page(&document, &list)?;
            read_bytes += page.iter().map(String::len).sum::<usize>();
            if read_bytes > LIST_LIMIT_BYTES {
                let detail =
                    format!("its list of {} has more than {LIST_LIMIT_BYTES} bytes", list.subject);
                return Err(self.not_a_registry(detail));
            }
            let (length, last) = (page.len(), page.last().cloned());
            let before = names.len();
            names.extend(page.into_iter().filter(|name| known.insert(name.clone())));
            idle_pages = if names.len() > before { 0 } else { idle_pages + 1 };
            let next =
                link::next_page(&document.headers).map_err(|detail| self.not_a_registry(detail))?;
            url = match next {
                Some(next) => {
                    let next = addresses::next_page(&self.endpoint, &document.url, &next)?;
                    without_zero(next, size)
                }
                None => {
                    let may_go_on = list.has_page_size && names.len() > before;
                    let Some(last) = last.filter(|_| may_go_on && is_page_size(length, size))
                    else {
                        return Ok(names);
                    };
                    return self.rest_without_links(&list, names, known, last, size).await;
                }
            };
            if idle_pages > IDLE_PAGES_LIMIT {
                return Err(self.endless(&list));
            }
        }
    }

    /// A page that is just as long as pages are and names no next one may be all there is, or the
    /// first of a registry that sends no `Link`. What comes after its last name tells.
    async fn rest_without_links(
        &self,
        list: &List<'_>,
        mut names: Vec<String>,
        mut known: HashSet<String>,
        mut last: String,
        size: Option<usize>,
    ) -> Result<Vec<String>, RegistryError> {
        let mut read_bytes = 0;
        for number in 0..PAGE_LIMIT {
            let mut url = sized(&list.url, size);
            url.query_pairs_mut().append_pair("last", &last);
            let ask = RegistryRequest::new(Method::GET, url, list.scope.clone(), list.subject);
            let document = match self.fetch(&ask, PAGE_LIMIT_BYTES).await {
                Ok(document) => document,
                // It does not know `last`, so it has no pages: what it gave is all.
                Err(error)
                    if number == 0
                        && (error.remedy() == Remedy::Unsupported
                            || error.remedy() == Remedy::Absent) =>
                {
                    return Ok(names);
                }
                Err(error) => return Err(error),
            };
            let page = self.page(&document, list)?;
            read_bytes += page.iter().map(String::len).sum::<usize>();
            if read_bytes > LIST_LIMIT_BYTES {
                return Err(self.endless(list));
            }
            let end = page.last().cloned();
            let before = names.len();
            names.extend(page.into_iter().filter(|name| known.insert(name.clone())));
            match end {
                Some(end) if names.len() > before => last = end,
                _ => return Ok(names),
            }
        }
        Err(self.endless(list))
    }

    fn endless(&self, list: &List<'_>) -> RegistryError {
        self.not_a_registry(format!("its list of {} has no end", list.subject))
    }

    fn page(&self, document: &Document, list: &List<'_>) -> Result<Vec<String>, RegistryError> {
        self.expect_registry(document)?;
        let Body::Whole(body) = &document.body else {
            return Err(
                self.not_a_registry(format!("a list has more than {PAGE_LIMIT_BYTES} bytes"))
            );
        };
        let read = serde_json::from_slice(body).ok().and_then(|page| (list.read)(&page));
        let read =
            read.ok_or_else(|| self.not_a_registry("it answers with something that is no list"))?;
        self.note_registry();
        Ok(read)
    }
}

/// The address of a list with a page size.
fn sized(url: &Url, size: Option<usize>) -> Url {
    let mut url = url.clone();
    if let Some(size) = size {
        url.query_pairs_mut().append_pair("n", &size.to_string());
    }
    url
}

/// An address whose page size is not 0: some registries carry over that there was none, and answer
/// with an empty page then.
fn without_zero(url: Url, size: Option<usize>) -> Url {
    let is_zero = |(name, value): &(std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)| {
        name == "n" && value.parse() == Ok(0)
    };
    if !url.query_pairs().any(|pair| is_zero(&pair)) {
        return url;
    }
    let others: Vec<(String, String)> = url
        .query_pairs()
        .filter(|pair| !is_zero(pair))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    let mut plain = url.clone();
    plain.set_query(None);
    let mut sized = sized(&plain, size.or(Some(100)));
    sized.query_pairs_mut().extend_pairs(others);
    sized
}

/// Whether so many items may be a full page: as many as were asked for, or a number at which
/// registries cut their pages.
fn is_page_size(length: usize, asked: Option<usize>) -> bool {
    Some(length) == asked
        || matches!(length, 10 | 20 | 25 | 30 | 50 | 64 | 100 | 128 | 200 | 250 | 256 | 500 | 512)
        || length >= 1000 && length.is_multiple_of(1000)
        || length == 1024
}
