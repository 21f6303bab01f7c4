use std::collections::BTreeMap;

use futures_util::{StreamExt, TryStreamExt, stream};
use transload_engine::docker::{DockerApi, DockerEngine, EngineImage};
use transload_engine::hub::{HubClient, HubLogin, HubTag};
use transload_engine::model::{RegistryHost, Tag};
use transload_engine::registry::{
    FixedLogin, RegistryApi, RegistryClient, RegistryLogin, stored_login_user,
};

use crate::api::Api;
use crate::contract::{
    ApiError, ErrorCode, ImageSource, SourceLogin, SourceLoginOrigin, SourceLoginStatus,
    SourceRepositories, SourceRepository, SourceTag, SourceTags,
};
use crate::sources::{OpenHub, OpenRegistry, OpenSource};

/// Tags that are looked into at the same time.
const ASKED_TOGETHER: usize = 6;

impl Api {
    /// Tries a login and keeps it in memory until the program ends.
    pub async fn source_login(&self, login: SourceLogin) -> Result<SourceLoginStatus, ApiError> {
        let SourceLogin { source, username, secret } = login;
        let Some(address) = self.source_address(&source).await? else {
            return Err(ApiError::new(
                ErrorCode::InputInvalid,
                "The Docker Engine needs no login.",
            ));
        };
        let user = username.trim().to_owned();
        if user.is_empty() || secret.is_empty() {
            let message = "A login needs a user name and an access token or password.";
            return Err(ApiError::new(ErrorCode::InputInvalid, message));
        }
        let host = address.endpoint.host.clone();
        let login = RegistryLogin { user, password: secret.into() };
        match address.hub {
            Some((base, _)) => {
                let identifier = login.user.clone();
                let secret = login.password.clone();
                HubClient::new(base, Some(HubLogin { identifier, secret }))?.log_in().await?;
            }
            None => {
                let fixed = std::sync::Arc::new(FixedLogin::new(login.clone()));
                RegistryClient::new(address.endpoint, fixed).check_login().await?;
            }
        }
        self.keep_login(host.clone(), Some(login));
        Ok(self.login_status(&host).await)
    }

    /// Forgets the login that was typed.
    pub async fn source_logout(&self, source: ImageSource) -> Result<SourceLoginStatus, ApiError> {
        if let Some(address) = self.source_address(&source).await? {
            self.keep_login(address.endpoint.host, None);
        }
        self.source_login_status(source).await
    }

    /// As whom a source is asked.
    pub async fn source_login_status(
        &self,
        source: ImageSource,
    ) -> Result<SourceLoginStatus, ApiError> {
        match self.source_address(&source).await? {
            Some(address) => Ok(self.login_status(&address.endpoint.host).await),
            None => Ok(anonymous()),
        }
    }

    async fn login_status(&self, host: &RegistryHost) -> SourceLoginStatus {
        if let Some(login) = self.typed_login(host) {
            let origin = SourceLoginOrigin::Typed;
            return SourceLoginStatus { username: Some(login.user), origin };
        }
        match stored_login_user(host).await {
            Ok(Some(user)) => {
                SourceLoginStatus { username: Some(user), origin: SourceLoginOrigin::DockerLogin }
            }
            Ok(None) => anonymous(),
            Err(error) => {
                // The call that needs the login says why; until then there is none.
                tracing::warn!(%error, "a stored login cannot be read");
                anonymous()
            }
        }
    }

    /// A page of the repositories of a source.
    pub async fn source_repositories(
        &self,
        source: ImageSource,
        next: Option<String>,
    ) -> Result<SourceRepositories, ApiError> {
        match self.open_source(&source).await? {
            OpenSource::Engine(engine) => engine_repositories(&engine).await,
            OpenSource::Registry(OpenRegistry { hub: Some(hub), .. }) => {
                hub_repositories(&hub, page(next)?).await
            }
            OpenSource::Registry(open) => {
                let names = open.client.catalogue().await?;
                let repositories = names.into_iter().map(named).collect();
                Ok(SourceRepositories { repositories, next: None })
            }
        }
    }

    /// A page of the tags of a repository.
    pub async fn source_tags(
        &self,
        source: ImageSource,
        repository: String,
        next: Option<String>,
    ) -> Result<SourceTags, ApiError> {
        match self.open_source(&source).await? {
            OpenSource::Engine(engine) => {
                let listed = engine_repositories(&engine).await?.repositories;
                let found = listed.into_iter().find(|listed| listed.name == repository);
                let tags = found.and_then(|found| found.tags).unwrap_or_default();
                Ok(SourceTags { tags, next: None })
            }
            OpenSource::Registry(OpenRegistry { hub: Some(hub), .. }) => {
                let name = repository.rsplit('/').next().unwrap_or(&repository);
                let found = hub.client.tags(&hub.namespace, name, page(next)?).await?;
                let tags = found.items.into_iter().map(hub_tag).collect();
                Ok(SourceTags { tags, next: found.next.map(|page| page.to_string()) })
            }
            OpenSource::Registry(open) => {
                let tags = open.client.tags(&repository).await?;
                Ok(SourceTags { tags: tags.iter().map(name_only).collect(), next: None })
            }
        }
    }

    /// Digest, platforms and size of tags that were given by name only.
    pub async fn source_tag_details(
        &self,
        source: ImageSource,
        repository: String,
        tags: Vec<String>,
    ) -> Result<Vec<SourceTag>, ApiError> {
        let OpenSource::Registry(open) = self.open_source(&source).await? else {
            let listed = self.source_tags(source, repository, None).await?.tags;
            return Ok(listed.into_iter().filter(|tag| tags.contains(&tag.tag)).collect());
        };
        let (open, repository) = (&open, &repository);
        let asked = tags.into_iter().map(|tag| async move {
            let tag = Tag::parse(&tag).map_err(|error| ApiError::invalid_input(&error))?;
            details(open, repository, &tag).await
        });
        stream::iter(asked).buffered(ASKED_TOGETHER).try_collect().await
    }
}

fn anonymous() -> SourceLoginStatus {
    SourceLoginStatus { username: None, origin: SourceLoginOrigin::Anonymous }
}

fn page(next: Option<String>) -> Result<u32, ApiError> {
    let invalid = |_| ApiError::new(ErrorCode::InputInvalid, "There is no such page.");
    next.map_or(Ok(1), |next| next.parse().map_err(invalid))
}

fn named(name: String) -> SourceRepository {
    SourceRepository { name, private: None, updated_at_ms: None, size_bytes: None, tags: None }
}

fn name_only(tag: &Tag) -> SourceTag {
    let tag = tag.to_string();
    SourceTag {
        tag,
        digest: None,
        platforms: Vec::new(),
        size_bytes: None,
        updated_at_ms: None,
        pulled_at_ms: None,
    }
}

async fn details(open: &OpenRegistry, repository: &str, tag: &Tag) -> Result<SourceTag, ApiError> {
    let reference = transload_engine::model::ImageReference::new(
        open.host.clone(),
        repository,
        Some(tag.clone()),
        None,
    );
    let reference = reference.map_err(|error| ApiError::invalid_input(&error))?;
    let tree = transload_engine::migration::ImageTree::read(&open.client, &reference).await?;
    Ok(SourceTag {
        tag: tag.to_string(),
        digest: Some(tree.root.raw.digest().to_string()),
        platforms: tree.platforms().iter().map(ToString::to_string).collect(),
        size_bytes: Some(tree.blobs().values().sum()),
        updated_at_ms: None,
        pulled_at_ms: None,
    })
}

async fn hub_repositories(hub: &OpenHub, page: u32) -> Result<SourceRepositories, ApiError> {
    let found = hub.client.repositories(&hub.namespace, page).await?;
    let repositories = found.items.into_iter().map(|repository| SourceRepository {
        name: format!("{}/{}", repository.namespace, repository.name),
        private: Some(repository.private),
        updated_at_ms: repository.updated_at_ms,
        size_bytes: repository.size_bytes,
        tags: None,
    });
    Ok(SourceRepositories {
        repositories: repositories.collect(),
        next: found.next.map(|page| page.to_string()),
    })
}

fn hub_tag(tag: HubTag) -> SourceTag {
    SourceTag {
        tag: tag.tag.to_string(),
        digest: tag.digest.map(|digest| digest.to_string()),
        platforms: tag.platforms.iter().map(ToString::to_string).collect(),
        size_bytes: Some(tag.size_bytes),
        updated_at_ms: tag.updated_at_ms,
        pulled_at_ms: tag.pulled_at_ms,
    }
}

/// The engine lists images; a person looks for repositories with their tags.
async fn engine_repositories(engine: &DockerEngine) -> Result<SourceRepositories, ApiError> {
    let mut repositories: BTreeMap<String, Vec<SourceTag>> = BTreeMap::new();
    for image in engine.images().await? {
        for reference in &image.references {
            if let Some(tag) = reference.tag() {
                let tags = repositories.entry(reference.familiar_repository()).or_default();
                tags.push(engine_tag(&image, tag));
            }
        }
    }
    let repositories = repositories.into_iter().map(|(name, mut tags)| {
        tags.sort_by_key(|tag| std::cmp::Reverse(tag.updated_at_ms));
        let updated_at_ms = tags.first().and_then(|tag| tag.updated_at_ms);
        SourceRepository { updated_at_ms, tags: Some(tags), ..named(name) }
    });
    Ok(SourceRepositories { repositories: repositories.collect(), next: None })
}

fn engine_tag(image: &EngineImage, tag: &Tag) -> SourceTag {
    SourceTag {
        tag: tag.to_string(),
        digest: Some(image.id.to_string()),
        platforms: image.platforms.iter().map(ToString::to_string).collect(),
        size_bytes: Some(image.size_bytes),
        updated_at_ms: image.created_at_ms,
        pulled_at_ms: None,
    }
}
