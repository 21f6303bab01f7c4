//! Lists repositories and tags with Docker Hub's own API.

use std::str::FromStr;

use futures_util::{StreamExt, stream};
use transload_contract::{
    SourceNamespaces, SourceRepositories, SourceRepository, SourceTag, SourceTags, UnreadRepository,
};
use transload_errors::{ApiError, ErrorCode};
use transload_hub::{HubClient, HubError, HubRepository, HubTag, Page};

use crate::concurrency::MAX_CONCURRENT_NAMESPACES;
use crate::open_source::OpenHub;

/// The maximum number of pages of organizations, of 100 each.
const PAGES_OF_ORGANIZATIONS: u32 = 10;

/// What is left to read, as the token of the next page: `300 0:2 2:5` are 300 repositories in
/// total, where the first namespace continues at page 2 and the third at page 5.
struct Rest {
    total: u64,
    open: Vec<(usize, u32)>,
}

impl Rest {
    fn text(&self) -> Option<String> {
        let open = self.open.iter().map(|(namespace, page)| format!(" {namespace}:{page}"));
        (!self.open.is_empty()).then(|| format!("{}{}", self.total, open.collect::<String>()))
    }
}

impl FromStr for Rest {
    type Err = ApiError;

    fn from_str(text: &str) -> Result<Self, ApiError> {
        let read = || {
            let mut parts = text.split(' ');
            let total = parts.next()?.parse().ok()?;
            let open = parts.map(|part| {
                let (namespace, page) = part.split_once(':')?;
                Some((namespace.parse().ok()?, page.parse().ok()?))
            });
            Some(Self { total, open: open.collect::<Option<_>>()? })
        };
        read().ok_or_else(no_such_page)
    }
}

/// Lists a page of the repositories of the namespaces: first one page of each, then the remaining
/// pages of one after another.
pub(crate) async fn repositories(
    hub: &OpenHub,
    next: Option<String>,
) -> Result<SourceRepositories, ApiError> {
    let Some(next) = next else { return first_pages(hub).await };
    let mut rest: Rest = next.parse()?;
    if rest.open.is_empty() {
        return Err(no_such_page());
    }
    let (place, page) = rest.open.remove(0);
    let namespace = hub.namespaces.get(place).ok_or_else(no_such_page)?;
    let found = hub.client_for(namespace).await?.repositories(namespace, page).await?;
    if let Some(next) = found.next {
        rest.open.insert(0, (place, next));
    }
    let repositories = found.items.into_iter().map(shown).collect();
    let (next, total, unread) = (rest.text(), Some(rest.total), Vec::new());
    Ok(SourceRepositories { repositories, next, total, unread })
}

async fn first_page(hub: &OpenHub, namespace: &str) -> Result<Page<HubRepository>, ApiError> {
    Ok(hub.client_for(namespace).await?.repositories(namespace, 1).await?)
}

async fn first_pages(hub: &OpenHub) -> Result<SourceRepositories, ApiError> {
    let asked = hub.namespaces.iter().map(|namespace| first_page(hub, namespace));
    let asked: Vec<_> = asked.collect();
    let pages: Vec<_> = stream::iter(asked).buffered(MAX_CONCURRENT_NAMESPACES).collect().await;
    let mut rest = Rest { total: 0, open: Vec::new() };
    let (mut repositories, mut unread) = (Vec::new(), Vec::new());
    for (place, page) in pages.into_iter().enumerate() {
        let page = match page {
            Ok(page) => page,
            // One namespace that cannot be read takes nothing from the others.
            Err(error) if hub.namespaces.len() > 1 => {
                let repository = hub.namespaces.get(place).cloned().unwrap_or_default();
                unread.push(UnreadRepository { repository, error });
                continue;
            }
            Err(error) => return Err(error),
        };
        rest.total += page.total.unwrap_or(page.items.len() as u64);
        rest.open.extend(page.next.map(|next| (place, next)));
        repositories.extend(page.items.into_iter().map(shown));
    }
    if unread.len() == hub.namespaces.len()
        && let Some(first) = unread.pop()
    {
        return Err(first.error);
    }
    Ok(SourceRepositories { repositories, next: rest.text(), total: Some(rest.total), unread })
}

/// Lists a page of the tags of a repository `namespace/name`.
pub(crate) async fn tags(
    hub: &OpenHub,
    repository: &str,
    next: Option<String>,
) -> Result<SourceTags, ApiError> {
    let page = next.map_or(Ok(1), |next| next.parse().map_err(|_| no_such_page()))?;
    let (namespace, name) = repository.split_once('/').ok_or_else(|| {
        let message = "A Docker Hub repository name consists of a user or organization and a name.";
        ApiError::new(ErrorCode::InputInvalid, message)
            .about(repository)
            .hint("For example, enter dencold/pgcli. For official images, enter library/NAME.")
    })?;
    let found = hub.client_for(repository).await?.tags(namespace, name, page).await?;
    let next = found.next.map(|page| page.to_string());
    let tags = found.items.into_iter().map(shown_tag).collect();
    Ok(SourceTags { tags, next, total: found.total })
}

/// Lists the namespaces of the signed-in user. If Docker Hub doesn't report the organizations, the
/// user enters them.
pub(crate) async fn namespaces(client: &HubClient) -> Result<SourceNamespaces, ApiError> {
    let Some(login) = client.login() else { return Ok(SourceNamespaces::default()) };
    let mut namespaces = vec![login.identifier.to_lowercase()];
    let mut next = Some(1);
    while let Some(page) = next.filter(|page| *page <= PAGES_OF_ORGANIZATIONS) {
        let found = match client.organizations(page).await {
            Ok(found) => found,
            Err(HubError::Unauthorized { .. } | HubError::Failed { .. }) => {
                return Ok(SourceNamespaces { namespaces, organizations_reported: false });
            }
            Err(error) => return Err(error.into()),
        };
        add_new(&mut namespaces, found.items);
        next = found.next;
    }
    Ok(SourceNamespaces { namespaces, organizations_reported: true })
}

/// Adds a namespace unless the list contains it. Docker Hub may list an organization on several
/// pages if one is created in the meantime, and lists it twice for an access token of the
/// organization.
fn add_new(namespaces: &mut Vec<String>, more: Vec<String>) {
    for namespace in more {
        if !namespaces.contains(&namespace) {
            namespaces.push(namespace);
        }
    }
}

fn no_such_page() -> ApiError {
    ApiError::new(ErrorCode::InputInvalid, "The page doesn't exist.")
}

fn shown(repository: HubRepository) -> SourceRepository {
    SourceRepository {
        name: format!("{}/{}", repository.namespace, repository.name),
        private: Some(repository.private),
        updated_at_ms: repository.updated_at_ms,
        size_bytes: repository.size_bytes,
        tags: None,
    }
}

fn shown_tag(tag: HubTag) -> SourceTag {
    SourceTag {
        tag: tag.tag.to_string(),
        digest: tag.digest.map(|digest| digest.to_string()),
        platforms: tag.platforms.iter().map(ToString::to_string).collect(),
        size_bytes: Some(tag.size_bytes),
        updated_at_ms: tag.updated_at_ms,
        pulled_at_ms: tag.pulled_at_ms,
        missing_platforms: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_namespace_is_listed_once_in_the_reported_order() {
        let names = |all: &[&str]| all.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let mut namespaces = names(&["dencold"]);
        add_new(&mut namespaces, names(&["acme", "dencold", "tools", "acme"]));
        add_new(&mut namespaces, names(&["tools", "more"]));
        assert_eq!(namespaces, ["dencold", "acme", "tools", "more"]);
    }

    #[test]
    fn the_remaining_pages_round_trip_through_their_text() {
        let rest: Rest = "300 0:2 2:5".parse().unwrap();
        assert_eq!((rest.total, rest.open.as_slice()), (300, [(0, 2), (2, 5)].as_slice()));
        assert_eq!(rest.text().as_deref(), Some("300 0:2 2:5"));
        assert_eq!(Rest { total: 7, open: Vec::new() }.text(), None);
        for none in ["", "x", "300 0", "300 0:x", "2"] {
            let rest: Result<Rest, _> = none.parse();
            assert!(rest.is_err() || rest.is_ok_and(|rest| rest.open.is_empty()), "{none}");
        }
    }
}
