//! AWS resource tags of repositories.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::error::EcrError;
use super::input::Input;
use crate::store::Repository;
use crate::world::World;

/// The tags of a request; key ≤ 128, value ≤ 256 characters.
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

/// At most 50 tags.
pub(super) fn check_count(count: usize) -> Result<(), EcrError> {
    if count <= 50 {
        return Ok(());
    }
    let message = "The list of tags on the repository is over the limit. The maximum number of tags that can be applied to a repository is 50.";
    Err(EcrError::new("TooManyTagsException", message))
}

fn name_of<'a>(world: &World, input: &'a Input) -> Result<&'a str, EcrError> {
    let arn = input.required("resourceArn")?;
    arn.strip_prefix(&world.repository_arn(""))
        .ok_or_else(|| EcrError::parameter("resourceArn", "must be the ARN of a repository"))
}

/// ListTagsForResource.
pub(super) fn list(world: &World, input: &Input) -> Result<Value, EcrError> {
    let name = name_of(world, input)?;
    world.store.read(|state| {
        let held = state.repositories.get(name);
        let held = held.ok_or_else(|| EcrError::no_repository(world, name))?;
        let tags = held.resource_tags.iter();
        let tags: Vec<Value> =
            tags.map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
        Ok(json!({ "tags": tags }))
    })
}

async fn change(
    world: &Arc<World>,
    input: &Input,
    change: impl FnOnce(&mut Repository) -> Result<(), EcrError>,
) -> Result<Value, EcrError> {
    let name = name_of(world, input)?;
    world
        .store
        .change(|state| {
            let held = state.repositories.get_mut(name);
            change(held.ok_or_else(|| EcrError::no_repository(world, name))?)?;
            Ok(json!({}))
        })
        .await
}

/// TagResource.
pub(super) async fn add(world: &Arc<World>, input: &Input) -> Result<Value, EcrError> {
    let tags = read(input)?;
    change(world, input, |repository| {
        let mut all = repository.resource_tags.clone();
        all.extend(tags);
        check_count(all.len())?;
        repository.resource_tags = all;
        Ok(())
    })
    .await
}

/// UntagResource.
pub(super) async fn remove(world: &Arc<World>, input: &Input) -> Result<Value, EcrError> {
    let keys = input.texts("tagKeys")?.unwrap_or_default();
    change(world, input, |repository| {
        repository.resource_tags.retain(|key, _| !keys.contains(key));
        Ok(())
    })
    .await
}
