//! The command that reads what a user pastes into a field of the source.

use transload_contract::{AwsConnection, ImageSource, PasteField, PastedSource};
use transload_errors::ApiError;
use transload_model::{ImageReference, NotUnderstood, PastedReference, RegistryHost};

use crate::api::Api;

impl Api {
    /// Reads an address, a command or a reference that was pasted. `current` is the source that the
    /// fields show: its profile and its namespaces are kept. Returns `None` for plain text of the
    /// field.
    pub async fn source_paste_read(
        &self,
        text: String,
        field: PasteField,
        current: Option<ImageSource>,
    ) -> Result<Option<PastedSource>, ApiError> {
        let found = read(&text, field, current.as_ref()).map_err(|error| not_understood(&error))?;
        let Some(found) = found else { return Ok(None) };
        // The practice account without a namespace shows its own. A pasted one is added to it.
        let current = match current {
            Some(ImageSource::PracticeAccount { namespace: None }) => {
                let own = self.with_practice(|practice| practice.hub_account().name).await?;
                Some(ImageSource::PracticeAccount { namespace: Some(own) })
            }
            other => other,
        };
        Ok(Some(pasted_source(found, current)))
    }
}

fn read(
    text: &str,
    field: PasteField,
    current: Option<&ImageSource>,
) -> Result<Option<PastedReference>, NotUnderstood> {
    let has_suffix =
        |text: &str| text.rsplit('/').next().is_some_and(|last| last.contains([':', '@']));
    match (field, current) {
        (PasteField::Registry, _) => PastedReference::parse_registry(text).map(Some),
        (PasteField::Namespace, _) if text.contains('/') => {
            PastedReference::parse_in(&RegistryHost::docker_hub(), text).map(Some)
        }
        (PasteField::Repository, Some(ImageSource::Registry { host, .. }))
            if has_suffix(text) && !text.contains("://") =>
        {
            PastedReference::parse_in(&RegistryHost::parse(host)?, text).map(Some)
        }
        _ => PastedReference::parse(text),
    }
}

/// Finds the source of what was read, and keeps what `current` already has of it.
fn pasted_source(found: PastedReference, current: Option<ImageSource>) -> PastedSource {
    let whole = |source| PastedSource { source, repository: None, tag: None, digest: None };
    match found {
        PastedReference::HubNamespace(namespace) => whole(hub_with(current, Some(&namespace))),
        PastedReference::EcrRegion(region) => whole(ecr_in(current, region.as_str())),
        PastedReference::Registry { host, plain_http } => {
            whole(source_of(&host, plain_http, current))
        }
        PastedReference::Image { reference, plain_http } => {
            let host = reference.registry();
            let source = if host.is_docker_hub() {
                hub_with(current, reference.path().split('/').next())
            } else {
                source_of(host, plain_http, current)
            };
            named(source, reference.path().to_owned(), &reference)
        }
        PastedReference::EngineImage(reference) => {
            let repository = reference.familiar_repository();
            named(ImageSource::DockerEngine, repository, &reference)
        }
    }
}

fn named(source: ImageSource, repository: String, reference: &ImageReference) -> PastedSource {
    PastedSource {
        source,
        repository: Some(repository),
        tag: reference.tag().map(ToString::to_string),
        digest: reference.digest().map(ToString::to_string),
    }
}

fn source_of(
    host: &RegistryHost,
    plain_http: Option<bool>,
    current: Option<ImageSource>,
) -> ImageSource {
    if host.is_docker_hub() {
        return hub_with(current, None);
    }
    if let Some(region) = host.ecr_region() {
        return ecr_in(current, region);
    }
    let before = match current {
        Some(ImageSource::Registry { host: known, plain_http }) if known == host.as_str() => {
            plain_http
        }
        _ => false,
    };
    ImageSource::Registry { host: host.to_string(), plain_http: plain_http.unwrap_or(before) }
}

/// Docker Hub, or the practice Docker Hub if that is shown, with a namespace added.
fn hub_with(current: Option<ImageSource>, namespace: Option<&str>) -> ImageSource {
    let (known, practice) = match current {
        Some(ImageSource::DockerHub { namespace }) => (namespace, false),
        Some(ImageSource::PracticeAccount { namespace }) => (namespace.unwrap_or_default(), true),
        _ => (String::new(), false),
    };
    let known = known.split(',').map(str::trim).filter(|name| !name.is_empty());
    let mut names: Vec<&str> = known.collect();
    if let Some(namespace) = namespace.filter(|namespace| !names.contains(namespace)) {
        names.push(namespace);
    }
    let namespace = names.join(", ");
    if practice {
        ImageSource::PracticeAccount { namespace: Some(namespace).filter(|name| !name.is_empty()) }
    } else {
        ImageSource::DockerHub { namespace }
    }
}

/// An ECR in a region, with the profile of the current one. Its endpoints are of its own region.
fn ecr_in(current: Option<ImageSource>, region: &str) -> ImageSource {
    let region = Some(region.to_owned());
    let connection = match current {
        Some(ImageSource::Ecr {
            connection:
                AwsConnection::Profile { profile, region: now, ecr_endpoint, registry_endpoint },
        }) => {
            let stays = now == region;
            AwsConnection::Profile {
                profile,
                region,
                ecr_endpoint: ecr_endpoint.filter(|_| stays),
                registry_endpoint: registry_endpoint.filter(|_| stays),
            }
        }
        _ => AwsConnection::Profile {
            profile: String::new(),
            region,
            ecr_endpoint: None,
            registry_endpoint: None,
        },
    };
    ImageSource::Ecr { connection }
}

fn not_understood(error: &NotUnderstood) -> ApiError {
    let hint = match error {
        NotUnderstood::Several(_) => {
            "Paste one image. To copy many, select their tags in the table."
        }
        NotUnderstood::Transport(_) => {
            "Push the image to a registry, or load it into the Docker Engine."
        }
        NotUnderstood::WebPage(_)
        | NotUnderstood::NoImage(_)
        | NotUnderstood::Reference(_)
        | NotUnderstood::Host(_) => {
            "Paste an image such as ghcr.io/team/app:1.0, the address of its page, or a command such as \
             docker pull ghcr.io/team/app:1.0."
        }
    };
    ApiError::invalid_input(error).hint(hint)
}

#[cfg(test)]
mod tests;
