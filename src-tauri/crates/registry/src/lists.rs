//! Lists that registries return in pages: tags, the catalog and referrers. A list is either read completely
//! or fails; a partial list is never returned.

use std::collections::HashSet;

use async_trait::async_trait;
use reqwest::Method;
use serde_json::Value;
use url::Url;

use crate::api::ListApi;
use crate::capabilities::PAGE_SIZES;
use crate::client::RegistryClient;
use crate::encoding::Body;
use crate::error::RegistryError;
use crate::remedy::{OptionalFeature, Remedy};
use crate::request::{Document, RegistryRequest};
use crate::token::Scope;
use crate::{addresses, link};
use transload_model::Tag;

/// The largest page that is read, in bytes. Names have at most 255 bytes.
const PAGE_LIMIT_BYTES: usize = 8 * 1024 * 1024;
/// The largest list that is read, in bytes: about a million names.
const LIST_LIMIT_BYTES: usize = 64 * 1024 * 1024;
/// The maximum number of pages. A repository in ECR has at most 100,000 images.
const PAGE_LIMIT: usize = 10_000;
/// The number of consecutive pages without a new name after which a list counts as endless.
const UNPRODUCTIVE_PAGES_LIMIT: usize = 20;

pub(super) struct ListRequest<'a> {
    pub(super) url: Url,
    pub(super) scope: Scope,
    pub(super) subject: &'a str,
    /// Whether the list accepts a page size `n`, and a name `last` after which a page starts.
    pub(super) has_page_size: bool,
    pub(super) is_optional: bool,
    /// Extracts the items of a page. Returns `None` if the document is not such a list.
    pub(super) read: fn(&Value) -> Option<Vec<String>>,
}

/// Extracts the strings of an array and ignores other items. `null` is an empty list.
fn parse_names(list: &Value) -> Option<Vec<String>> {
    match list {
        Value::Null => Some(Vec::new()),
        Value::Array(items) => {
            Some(items.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        }
        _ => None,
    }
}

fn parse_tags(page: &Value) -> Option<Vec<String>> {
    match page.get("tags") {
        Some(tags) => parse_names(tags),
        // The response for a repository without tags may contain only its name.
        None => (page.get("name").is_some() && page.get("errors").is_none()).then(Vec::new),
    }
}

fn parse_repositories(page: &Value) -> Option<Vec<String>> {
    page.get("repositories").and_then(parse_names)
}

#[async_trait]
impl ListApi for RegistryClient {
    async fn tags(&self, path: &str) -> Result<Vec<Tag>, RegistryError> {
        let list = ListRequest {
            url: self.endpoint.v2_url(path.split('/').chain(["tags", "list"])),
            scope: Scope::Pull(path.to_owned()),
            subject: path,
            has_page_size: true,
            is_optional: false,
            read: parse_tags,
        };
        let names = self.read_all_pages(list).await?;
        let tags = names.iter().filter_map(|name| match Tag::parse(name) {
            Ok(tag) => Some(tag),
            Err(error) => {
                tracing::warn!(registry = %self.endpoint.host, path, %error, "ignored an invalid tag in a list");
                None
            }
        });
        Ok(tags.collect())
    }

    async fn catalog(&self) -> Result<Vec<String>, RegistryError> {
        self.read_all_pages(ListRequest {
            url: self.endpoint.v2_url(["_catalog"]),
            scope: Scope::Catalog,
            subject: "catalog",
            has_page_size: true,
            is_optional: false,
            read: parse_repositories,
        })
        .await
    }
}

impl RegistryClient {
    /// Reads all pages of a list and returns each name once.
    pub(super) async fn read_all_pages(
        &self,
        list: ListRequest<'_>,
    ) -> Result<Vec<String>, RegistryError> {
        let mut names = Vec::new();
        let (mut seen, mut visited) = (HashSet::new(), HashSet::new());
        let (mut read_bytes, mut unproductive_pages) = (0, 0);
        let mut size = self.page_size.get().filter(|_| list.has_page_size);
        let mut url = with_page_size(&list.url, size);
        loop {
            if !visited.insert(url.clone()) || visited.len() > PAGE_LIMIT {
                return Err(self.endless_list_error(&list));
            }
            let mut request =
                RegistryRequest::new(Method::GET, url.clone(), list.scope.clone(), list.subject);
            request.is_optional = list.is_optional;
            let document = match self.fetch(&request, PAGE_LIMIT_BYTES).await {
                Ok(document) => document,
                // Only for the first page. The addresses of later pages come from the registry.
                Err(error) if visited.len() <= PAGE_SIZES.len() && names.is_empty() => {
                    let is_refused = error.allows_fallback(OptionalFeature::PageSize);
                    if !list.has_page_size || !is_refused || !self.page_size.advance(size) {
                        return Err(error);
                    }
                    size = self.page_size.get();
                    url = with_page_size(&list.url, size);
                    continue;
                }
                Err(error) => return Err(error),
            };
            let page = self.parse_page(&document, &list)?;
            read_bytes += page.iter().map(String::len).sum::<usize>();
            if read_bytes > LIST_LIMIT_BYTES {
                let detail =
                    format!("its list of {} has more than {LIST_LIMIT_BYTES} bytes", list.subject);
                return Err(self.not_a_registry(detail));
            }
            let (length, last) = (page.len(), page.last().cloned());
            let before = names.len();
            names.extend(page.into_iter().filter(|name| seen.insert(name.clone())));
            unproductive_pages = if names.len() > before { 0 } else { unproductive_pages + 1 };
            let next =
                link::next_page(&document.headers).map_err(|detail| self.not_a_registry(detail))?;
            url = match next {
                Some(next) => {
                    let next = addresses::next_page(&self.endpoint, &document.url, &next)?;
                    with_positive_page_size(next, size)
                }
                None => {
                    let may_have_more = list.has_page_size && names.len() > before;
                    let Some(last) = last.filter(|_| may_have_more && is_page_size(length, size))
                    else {
                        return Ok(names);
                    };
                    return self.read_rest_by_last_name(&list, names, seen, last, size).await;
                }
            };
            if unproductive_pages > UNPRODUCTIVE_PAGES_LIMIT {
                return Err(self.endless_list_error(&list));
            }
        }
    }

    /// Requests the names after the last one. A full page without `Link` is either the complete list or the
    /// first page of a registry that doesn't send `Link`.
    async fn read_rest_by_last_name(
        &self,
        list: &ListRequest<'_>,
        mut names: Vec<String>,
        mut seen: HashSet<String>,
        mut last: String,
        size: Option<usize>,
    ) -> Result<Vec<String>, RegistryError> {
        let mut read_bytes = 0;
        for number in 0..PAGE_LIMIT {
            let mut url = with_page_size(&list.url, size);
            url.query_pairs_mut().append_pair("last", &last);
            let request = RegistryRequest::new(Method::GET, url, list.scope.clone(), list.subject);
            let document = match self.fetch(&request, PAGE_LIMIT_BYTES).await {
                Ok(document) => document,
                // The registry doesn't support `last`, so it has no pages, and the list is complete.
                Err(error)
                    if number == 0
                        && (error.remedy() == Remedy::Unsupported
                            || error.remedy() == Remedy::Absent) =>
                {
                    return Ok(names);
                }
                Err(error) => return Err(error),
            };
            let page = self.parse_page(&document, list)?;
            read_bytes += page.iter().map(String::len).sum::<usize>();
            if read_bytes > LIST_LIMIT_BYTES {
                return Err(self.endless_list_error(list));
            }
            let end = page.last().cloned();
            let before = names.len();
            names.extend(page.into_iter().filter(|name| seen.insert(name.clone())));
            match end {
                Some(end) if names.len() > before => last = end,
                _ => return Ok(names),
            }
        }
        Err(self.endless_list_error(list))
    }

    fn endless_list_error(&self, list: &ListRequest<'_>) -> RegistryError {
        self.not_a_registry(format!("its list of {} has no end", list.subject))
    }

    fn parse_page(
        &self,
        document: &Document,
        list: &ListRequest<'_>,
    ) -> Result<Vec<String>, RegistryError> {
        self.expect_registry(document)?;
        let Body::Whole(body) = &document.body else {
            return Err(
                self.not_a_registry(format!("a list has more than {PAGE_LIMIT_BYTES} bytes"))
            );
        };
        let read = serde_json::from_slice(body).ok().and_then(|page| (list.read)(&page));
        let read = read
            .ok_or_else(|| self.not_a_registry("it responds with something other than a list"))?;
        self.mark_as_registry();
        Ok(read)
    }
}

/// Adds a page size to the URL of a list.
fn with_page_size(url: &Url, size: Option<usize>) -> Url {
    let mut url = url.clone();
    if let Some(size) = size {
        url.query_pairs_mut().append_pair("n", &size.to_string());
    }
    url
}

/// Replaces a page size of 0 in the address of the next page. Some registries send `n=0` if the request had
/// no page size, and respond to it with an empty page.
fn with_positive_page_size(url: Url, size: Option<usize>) -> Url {
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
    let mut sized = with_page_size(&plain, size.or(Some(100)));
    sized.query_pairs_mut().extend_pairs(others);
    sized
}

/// Returns whether this number of items may be a full page: the requested number, or a common page size of
/// registries.
fn is_page_size(length: usize, requested: Option<usize>) -> bool {
    Some(length) == requested
        || matches!(length, 10 | 20 | 25 | 30 | 50 | 64 | 100 | 128 | 200 | 250 | 256 | 500 | 512)
        || length >= 1000 && length.is_multiple_of(1000)
        || length == 1024
}
