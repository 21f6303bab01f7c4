//! The command that proposes repository names.

use transload_contract::{
    ProposedName, ProposedNames, RenameRule, RepositoryMapping, UnreadRepository,
};
use transload_errors::ApiError;
use transload_migration::{name_collisions, proposed_names};
use transload_model::RepositoryName;
use transload_plan_file::{names_collide, rename_rules};

use crate::api::Api;

impl Api {
    /// Returns the ECR names for repositories of a source, without the prefix, and the problems of
    /// the rules. Sends no requests.
    pub async fn repository_names_propose(
        &self,
        source_repositories: Vec<String>,
        rules: Vec<RenameRule>,
    ) -> Result<ProposedNames, ApiError> {
        let read = rename_rules(&rules);
        let problems = read.iter().map(|rule| Some(rule.as_ref().err()?.message.clone()));
        let problems = problems.collect();
        // An invalid rule, which the user may still be typing, doesn't disable the others.
        let usable = read.into_iter().zip(0u32..);
        let (usable, places): (Vec<_>, Vec<_>) =
            usable.filter_map(|(rule, place)| Some((rule.ok()?, place))).unzip();
        let sources: Vec<&str> = source_repositories.iter().map(String::as_str).collect();
        let names = proposed_names(&sources, &usable);
        let names = source_repositories.iter().zip(names).map(|(source, proposed)| ProposedName {
            source_repository: source.clone(),
            name: proposed.name,
            rules: proposed.rules.iter().filter_map(|place| places.get(*place).copied()).collect(),
        });
        Ok(ProposedNames { names: names.collect(), problems })
    }

    /// Returns the source repositories whose ECR names can't be planned, with the reason: ECR
    /// doesn't allow the name, or several of them have the same one. A script plans the others.
    pub fn unusable_names(&self, mappings: &[RepositoryMapping]) -> Vec<UnreadRepository> {
        let unusable = |source: &str, error: ApiError| UnreadRepository {
            repository: source.to_owned(),
            error,
        };
        let (mut found, mut valid) = (Vec::new(), Vec::new());
        for RepositoryMapping { source_repository, repository_name, .. } in mappings {
            match RepositoryName::parse(repository_name.trim()) {
                Ok(name) => valid.push((source_repository.as_str(), name)),
                Err(error) => found.push(unusable(source_repository, error.into())),
            }
        }
        let pairs = valid.iter().map(|(source, name)| (*source, name.as_str()));
        for (name, sources) in name_collisions(pairs) {
            found.extend(
                sources.iter().map(|source| unusable(source, names_collide(name, &sources))),
            );
        }
        found
    }
}
