//! Operations on the AWS resource tags of repositories.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::error::EcrError;
use super::input::Input;
use crate::context::ServerContext;
use crate::store::state::Repository;

/// Parses the tags of a request. Keys have up to 128, values up to 256 characters.
pub(super) fn read(input: &Input) -> Result<BTreeMap<String, String>, EcrError> {
    let mut tags = BTreeMap::new();
    for tag in input.list("tags")?.into_iter().flatten() {
        let (key, value) = (tag["Key"].as_str(), tag["Value"].as_str());
        let (Some(key), Some(value)) = (key, value) else {
            return Err(invalid("A tag needs a Key and a Value."));
        };
        if !(1..=128).contains(&key.chars().count()) || value.chars().count() > 256 {
            return Err(invalid("A tag key has 1 to 128 characters, and a tag value at most 256."));
        }
        if key.starts_with("aws:") {
            return Err(invalid("A tag key must not begin with aws:."));
        }
        if tags.insert(key.to_owned(), value.to_owned()).is_some() {
            return Err(invalid("Duplicate tag keys found."));
        }
    }
    Ok(tags)
}

fn invalid(message: &str) -> EcrError {
    EcrError::new("InvalidTagParameterException", message)
}

/// Requires at most 50 tags.
pub(super) fn check_count(count: usize) -> Result<(), EcrError> {
    if count <= 50 {
        return Ok(());
    }
    let message = "The list of tags on the repository is over the limit. The maximum number of tags that can be applied to a repository is 50.";
    Err(EcrError::new("TooManyTagsException", message))
}

fn repository_of<'a>(context: &ServerContext, input: &'a Input) -> Result<&'a str, EcrError> {
    let arn = input.required("resourceArn")?;
    arn.strip_prefix(&context.repository_arn(""))
        .ok_or_else(|| EcrError::parameter("resourceArn", "must be the ARN of a repository"))
}

/// Handles ListTagsForResource.
pub(super) fn list(context: &ServerContext, input: &Input) -> Result<Value, EcrError> {
    let name = repository_of(context, input)?;
    context.store.read(|state| {
        let repository = state.repositories.get(name);
        let repository = repository.ok_or_else(|| EcrError::repository_not_found(context, name))?;
        let tags = repository.resource_tags.iter();
        let tags: Vec<Value> =
            tags.map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
        Ok(json!({ "tags": tags }))
    })
}

async fn change(
    context: &Arc<ServerContext>,
    input: &Input,
    change: impl FnOnce(&mut Repository) -> Result<(), EcrError>,
) -> Result<Value, EcrError> {
    let name = repository_of(context, input)?;
    context
        .store
        .change(|state| {
            let repository = state.repositories.get_mut(name);
            change(repository.ok_or_else(|| EcrError::repository_not_found(context, name))?)?;
            Ok(json!({}))
        })
        .await
}

/// Handles TagResource.
pub(super) async fn add(context: &Arc<ServerContext>, input: &Input) -> Result<Value, EcrError> {
    let tags = read(input)?;
    change(context, input, |repository| {
        let mut all = repository.resource_tags.clone();
        all.extend(tags);
        check_count(all.len())?;
        repository.resource_tags = all;
        Ok(())
    })
    .await
}

/// Handles UntagResource.
pub(super) async fn remove(context: &Arc<ServerContext>, input: &Input) -> Result<Value, EcrError> {
    let keys = input.texts("tagKeys")?.unwrap_or_default();
    change(context, input, |repository| {
        repository.resource_tags.retain(|key, _| !keys.contains(key));
        Ok(())
    })
    .await
}
