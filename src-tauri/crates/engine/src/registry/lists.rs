//! Lists that come in pages: tags and the catalogue.

use std::collections::HashSet;

use reqwest::Method;
use serde::Deserialize;
use url::Url;

use super::client::{Ask, Document};
use super::http::Body;
use super::token::Scope;
use super::{RegistryClient, RegistryError, addresses, link};
use crate::model::Tag;

/// Names asked for in one page: the most that ECR takes (`n` above 1000 is refused with 405).
const PAGE_SIZE: &str = "1000";
/// A page that is longer than this is not read, in bytes: names have at most 255.
const PAGE_LIMIT_BYTES: usize = 8 * 1024 * 1024;
/// More pages than this are no list: a repository of ECR has at most 100,000 images.
const PAGE_LIMIT: usize = 10_000;

#[derive(Deserialize)]
struct TagPage {
    tags: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct RepositoryPage {
    repositories: Option<Vec<String>>,
}

impl RegistryClient {
    pub(super) async fn list_tags(&self, path: &str) -> Result<Vec<Tag>, RegistryError> {
        let url = self.endpoint.below_v2(path.split('/').chain(["tags", "list"]));
        let scope = Scope::Pull(path.to_owned());
        let names = self
            .pages(url, scope, path, |body| {
                serde_json::from_slice(body).map(|page: TagPage| page.tags.unwrap_or_default())
            })
            .await?;
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
        let url = self.endpoint.below_v2(["_catalog"]);
        self.pages(url, Scope::Catalogue, "catalogue", |body| {
            let page = serde_json::from_slice(body);
            page.map(|page: RepositoryPage| page.repositories.unwrap_or_default())
        })
        .await
    }

    /// Every name of a list once; `read` takes the names out of a page.
    pub(super) async fn pages(
        &self,
        first: Url,
        scope: Scope,
        subject: &str,
        read: fn(&[u8]) -> Result<Vec<String>, serde_json::Error>,
    ) -> Result<Vec<String>, RegistryError> {
        let mut names = Vec::new();
        let mut known = HashSet::new();
        let mut visited = HashSet::new();
        let mut url = first;
        url.query_pairs_mut().append_pair("n", PAGE_SIZE);
        loop {
            if !visited.insert(url.clone()) || visited.len() > PAGE_LIMIT {
                return Err(self.not_a_registry(format!("its list of {subject} has no end")));
            }
            let ask = Ask::new(Method::GET, url, scope.clone(), subject);
            let document = self.fetch(&ask, PAGE_LIMIT_BYTES).await?;
            let next = link::next_page(&document.headers);
            let page = self.page(&document, read)?;
            names.extend(page.into_iter().filter(|name| known.insert(name.clone())));
            let Some(next) = next else { return Ok(names) };
            url = addresses::follow(&self.endpoint, &document.url, &next)?;
            if !addresses::is_own(&self.endpoint, &url) {
                let target = url.host_str().unwrap_or_default().to_owned();
                return Err(RegistryError::AddressRefused {
                    registry: self.endpoint.host.clone(),
                    target: format!("{}://{target}", url.scheme()),
                    reason: "the next page of a list is at the same registry",
                });
            }
        }
    }

    fn page(
        &self,
        document: &Document,
        read: fn(&[u8]) -> Result<Vec<String>, serde_json::Error>,
    ) -> Result<Vec<String>, RegistryError> {
        self.expect_no_page(&document.headers)?;
        let Body::Whole(body) = &document.body else {
            return Err(
                self.not_a_registry(format!("a list has more than {PAGE_LIMIT_BYTES} bytes"))
            );
        };
        read(body).map_err(|_| self.not_a_registry("it answers with something that is no list"))
    }
}
