//! The command that looks for a repository in other regions.

use transload_contract::{AwsConnection, Repository, RepositorySettings};
use transload_errors::ApiError;
use transload_model::RepositoryName;
use transload_plan_file::parse_settings;
use transload_repositories::{create_repository, regions_with_repository};

use crate::api::Api;
use crate::convert;

impl Api {
    /// Returns the other regions of the account that have a repository of this name, because a
    /// missing repository is often in another region. Takes a few seconds at most. The name can be
    /// that of an image, as in errors.
    pub async fn repository_in_other_region(
        &self,
        connection: AwsConnection,
        name: String,
    ) -> Result<Vec<String>, ApiError> {
        let name = RepositoryName::parse(repository_of(&name))?;
        let connected = self.connect(&connection).await?;
        let found = regions_with_repository(&connected.session, &name).await;
        Ok(found.iter().map(ToString::to_string).collect())
    }

    /// Creates a missing repository, as a plan would.
    pub async fn repository_create(
        &self,
        connection: AwsConnection,
        name: String,
        settings: RepositorySettings,
    ) -> Result<Repository, ApiError> {
        let name = RepositoryName::parse(&name)?;
        let settings = parse_settings(&settings)?;
        let connected = self.connect(&connection).await?;
        let ecr = connected.destination.ecr.as_ref();
        let created = create_repository(ecr, &name, &settings).await?;
        Ok(convert::repository(&created))
    }
}

/// `team/app` of `registry.example/team/app:1`, of `team/app@sha256:…` and of itself.
fn repository_of(name: &str) -> &str {
    let name = name.split('@').next().unwrap_or(name);
    let name = match name.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => name,
    };
    match name.split_once('/') {
        Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => path,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_of_whatever_an_error_names() {
        for name in [
            "team/app",
            "team/app:1",
            "team/app@sha256:0123",
            "127.0.0.1:5000/team/app:1",
            "111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/app",
        ] {
            assert_eq!(repository_of(name), "team/app", "{name}");
        }
        assert_eq!(repository_of("app"), "app");
    }
}
