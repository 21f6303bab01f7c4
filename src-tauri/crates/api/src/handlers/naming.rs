//! The command that proposes repository names.

use std::collections::BTreeMap;

use transload_contract::{
    MigrationRequest, ProposedName, ProposedNames, RenameRule, RepositoryMapping, UnreadRepository,
};
use transload_errors::{ApiError, ErrorCode};
use transload_migration::{name_collisions, proposed_names};
use transload_model::RepositoryName;

use crate::api::Api;
use crate::convert;

impl Api {
    /// Returns the ECR names for repositories of a source, without the prefix, and the problems of
    /// the rules. Sends no requests.
    pub async fn repository_names_propose(
        &self,
        source_repositories: Vec<String>,
        rules: Vec<RenameRule>,
    ) -> Result<ProposedNames, ApiError> {
        let read = convert::rename_rules(&rules);
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
            found.extend(sources.iter().map(|source| unusable(source, collide(name, &sources))));
        }
        found
    }
}

/// The ECR name of each source repository of a request: as it was given, or as its naming makes it.
///
/// # Errors
/// If ECR doesn't allow a name, a rule is invalid, or two sources have the same name.
pub(super) fn names(
    request: &MigrationRequest,
) -> Result<BTreeMap<String, RepositoryName>, ApiError> {
    let mut names = BTreeMap::new();
    for mapping in &request.repositories {
        let name = RepositoryName::parse(mapping.repository_name.trim())?;
        names.insert(mapping.source_repository.clone(), name);
    }
    let mut unnamed: Vec<&str> = Vec::new();
    for image in &request.images {
        let source = image.repository.as_str();
        if !names.contains_key(source) && unnamed.last() != Some(&source) {
            unnamed.push(source);
        }
    }
    unnamed.sort_unstable();
    unnamed.dedup();
    if !unnamed.is_empty() {
        let rules = convert::rename_rules(&request.naming.rules);
        let rules = rules.into_iter().collect::<Result<Vec<_>, _>>()?;
        for (source, proposed) in unnamed.iter().zip(proposed_names(&unnamed, &rules)) {
            let name = format!("{}{}", request.naming.prefix, proposed.name);
            names.insert((*source).to_owned(), RepositoryName::parse(&name)?);
        }
    }
    let pairs = names.iter().map(|(source, name)| (source.as_str(), name.as_str()));
    if let Some((name, sources)) = name_collisions(pairs).into_iter().next() {
        return Err(collide(name, &sources));
    }
    Ok(names)
}

fn collide(name: &str, sources: &[&str]) -> ApiError {
    let quoted: Vec<_> = sources.iter().map(|source| format!("\u{201c}{source}\u{201d}")).collect();
    let message =
        format!("{} have the same name in ECR, \u{201c}{name}\u{201d}.", quoted.join(" and "));
    ApiError::new(ErrorCode::NamesCollide, message).about(name)
}
