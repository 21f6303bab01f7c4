//! ListCoverage of Amazon Inspector (REST with JSON, `POST /coverage/list`): which images run. It covers images only
//! while the registry uses enhanced scanning.
//!
//! Source: the API reference of Amazon Inspector, "ListCoverage".

use axum::http::request::Parts;
use serde_json::{Value, json};

use super::error::EcrError;
use super::image_scans;
use super::input::Input;
use super::paging::{Page, with_token};
use super::sigv4::{self, SignatureError};
use crate::clock::{epoch_seconds, now_millis};
use crate::context::ServerContext;

pub(crate) const PATH: &str = "/coverage/list";

/// Handles `POST /coverage/list`.
pub(super) fn answer(
    context: &ServerContext,
    parts: &Parts,
    body: &[u8],
) -> Result<Value, EcrError> {
    sigv4::check(context, parts, body, "inspector2").map_err(SignatureError::into_ecr)?;
    match serde_json::from_slice::<Value>(body) {
        Ok(Value::Object(members)) => list(context, &Input::new(members)),
        _ => Err(EcrError::new("ValidationException", "The request isn't JSON.")),
    }
}

fn list(context: &ServerContext, input: &Input) -> Result<Value, EcrError> {
    let page = Page::with_size(input, 100, 200)?;
    let criteria = input.object("filterCriteria")?;
    let names = wanted(criteria.as_ref(), "ecrRepositoryName")?;
    let least = criteria
        .as_ref()
        .and_then(|criteria| criteria.members().get("ecrImageInUseCount"))
        .and_then(|filters| filters[0]["lowerInclusive"].as_u64());
    let account = &context.options.account_id;
    context.store.read(|state| {
        let repositories = state
            .repositories
            .iter()
            .filter(|(name, _)| names.as_ref().is_none_or(|names| names.contains(*name)));
        let images = repositories.flat_map(|(name, repository)| {
            repository.images.iter().map(move |(digest, image)| (name, repository, digest, image))
        });
        let covered = images.filter_map(|(name, repository, digest, image)| {
            let count = image_scans::in_use_count(repository, digest, image);
            let is_wanted = state.enhanced_scanning
                && image_scans::is_scannable(image)
                && least.is_none_or(|least| u64::from(count) >= least);
            is_wanted.then(|| {
                let mut metadata =
                    json!({ "tags": repository.tags_of(digest), "inUseCount": count });
                if count > 0 {
                    metadata["lastInUseAt"] = epoch_seconds(now_millis());
                }
                let arn = context.repository_arn(name);
                let resource = json!({
                    "accountId": account,
                    "resourceId": format!("{arn}/{digest}"),
                    "resourceType": "AWS_ECR_CONTAINER_IMAGE",
                    "resourceMetadata": { "ecrImage": metadata },
                    "scanStatus": { "statusCode": "ACTIVE", "reason": "SUCCESSFUL" },
                    "scanType": "PACKAGE",
                });
                (format!("{name}/{digest}"), resource)
            })
        });
        let (resources, token) = page.cut(covered);
        Ok(with_token(json!({ "coveredResources": resources }), token))
    })
}

/// Returns the values that a filter by text allows, or `None` without the filter.
fn wanted(criteria: Option<&Input>, filter: &str) -> Result<Option<Vec<String>>, EcrError> {
    let filters = criteria.map(|criteria| criteria.list(filter)).transpose()?.flatten();
    let Some(filters) = filters else { return Ok(None) };
    let values = filters.iter().filter(|filter| filter["comparison"] == "EQUALS");
    Ok(Some(values.filter_map(|filter| filter["value"].as_str().map(str::to_owned)).collect()))
}
