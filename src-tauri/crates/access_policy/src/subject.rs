//! What a policy belongs to: a repository, or the registry of an account and region.

use transload_model::{AccountId, Region};

use crate::lists::{joined, shown};

/// What a policy belongs to.
#[derive(Clone, Copy, Debug)]
pub enum PolicySubject<'a> {
    Repository,
    /// The registry of this region.
    Registry(&'a Region),
}

impl PolicySubject<'_> {
    pub(crate) fn is_registry(self) -> bool {
        matches!(self, Self::Registry(_))
    }

    /// Returns the condition that resources make, or `None` if they are everything that the policy can be about.
    pub(crate) fn resource_words(self, resources: &[&str], own: &AccountId) -> Option<String> {
        if resources.contains(&"*") {
            return None;
        }
        if let Self::Registry(region) = self {
            let names: Option<Vec<&str>> = resources
                .iter()
                .map(|resource| repository_pattern(resource, region.as_str(), own))
                .collect();
            if let Some(names) = names {
                if names.contains(&"*") {
                    return None;
                }
                let names: Vec<String> = names.into_iter().map(shown).collect();
                return Some(format!(
                    "the name of the repository is like {}",
                    joined(&names, "or")
                ));
            }
        }
        let resources: Vec<String> = resources.iter().map(|resource| shown(resource)).collect();
        Some(format!("the ARN of the repository is like {}", joined(&resources, "or")))
    }
}

/// Returns the pattern of names in an ARN of repositories of a registry. `None` for repositories elsewhere.
fn repository_pattern<'a>(arn: &'a str, region: &str, own: &AccountId) -> Option<&'a str> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", partition, "ecr", of_region, account, resource] = parts.as_slice() else {
        return None;
    };
    let is_here = !partition.is_empty()
        && [region, "*"].contains(of_region)
        && [own.as_str(), "*"].contains(account);
    resource.strip_prefix("repository/").filter(|_| is_here)
}
