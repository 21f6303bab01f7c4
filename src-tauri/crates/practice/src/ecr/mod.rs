//! ECR's control plane (AWS JSON 1.1) and STS (query protocol), both at `POST /`.

mod error;
mod images;
mod input;
mod layer_uploads;
mod layers;
mod lists;
mod names;
mod paging;
mod policies;
mod registry;
mod repositories;
mod resource_tags;
mod rules;
mod sigv4;
mod sts;
mod templates;

use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderName, StatusCode};
use axum::response::Response;
use serde_json::Value;

use crate::clock::uuid;
use crate::registry::read_limited;
use crate::reply;
use crate::world::World;

use error::EcrError;
use input::Input;

pub(crate) use templates::create_on_push;

/// The part of `X-Amz-Target` before the operation's name.
const TARGET: &str = "AmazonEC2ContainerRegistry_V20150921.";

/// More than any ECR request holds: a manifest of 4 MiB, quoted as JSON.
const MAX_REQUEST_BYTES: usize = 16 * 1024 * 1024;

/// The operation that `X-Amz-Target` names.
pub(crate) fn operation(request: &Request) -> Option<String> {
    let target = request.headers().get("x-amz-target")?.to_str().ok()?;
    Some(target.strip_prefix(TARGET).unwrap_or(target).to_owned())
}

/// Answers `POST /`.
pub(crate) async fn answer(world: &Arc<World>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Some(body) = read_limited(body, MAX_REQUEST_BYTES).await else {
        return refuse(&EcrError::new("SerializationException", "The request could not be read."));
    };
    let Some(target) = parts.headers.get("x-amz-target").and_then(|value| value.to_str().ok())
    else {
        return sts::answer(world, &parts, &body);
    };
    if let Err(error) = sigv4::check(world, &parts, &body, "ecr") {
        return refuse(&error.into_ecr());
    }
    let Some(operation) = target.strip_prefix(TARGET) else {
        return refuse(&EcrError::unknown_operation());
    };
    let input = match serde_json::from_slice::<Value>(&body) {
        Ok(Value::Object(members)) => Input::new(members),
        _ => return refuse(&EcrError::new("SerializationException", "The request is not JSON.")),
    };
    match run(world, operation, &input).await {
        Ok(output) => respond(StatusCode::OK, &output),
        Err(error) => refuse(&error),
    }
}

async fn run(world: &Arc<World>, operation: &str, input: &Input) -> Result<Value, EcrError> {
    if input.text("registryId")?.is_some_and(|id| id != world.options.account_id) {
        return Err(EcrError::access_denied(world, operation));
    }
    match operation {
        "CreateRepository" => repositories::create(world, input).await,
        "DescribeRepositories" => repositories::describe(world, input),
        "DeleteRepository" => repositories::delete(world, input).await,
        "PutImageTagMutability" => repositories::put_mutability(world, input).await,
        "PutImageScanningConfiguration" => repositories::put_scanning(world, input).await,
        "DescribeImages" => lists::describe_images(world, input),
        "ListImages" => lists::list_images(world, input),
        "BatchGetImage" => images::batch_get(world, input).await,
        "BatchDeleteImage" => images::batch_delete(world, input).await,
        "PutImage" => images::put(world, input).await,
        "BatchCheckLayerAvailability" => layers::check(world, input),
        "InitiateLayerUpload" => layer_uploads::begin(world, input),
        "UploadLayerPart" => layer_uploads::part(world, input).await,
        "CompleteLayerUpload" => layer_uploads::complete(world, input).await,
        "GetDownloadUrlForLayer" => layers::download_url(world, input),
        "PutLifecyclePolicy" => policies::put_lifecycle(world, input).await,
        "GetLifecyclePolicy" => policies::get_lifecycle(world, input),
        "DeleteLifecyclePolicy" => policies::delete_lifecycle(world, input).await,
        "SetRepositoryPolicy" => policies::set_repository(world, input).await,
        "GetRepositoryPolicy" => policies::get_repository(world, input),
        "DeleteRepositoryPolicy" => policies::delete_repository(world, input).await,
        "ListTagsForResource" => resource_tags::list(world, input),
        "TagResource" => resource_tags::add(world, input).await,
        "UntagResource" => resource_tags::remove(world, input).await,
        "GetAuthorizationToken" => Ok(registry::authorization_token(world)),
        "DescribeRegistry" => Ok(registry::describe(world)),
        "GetAccountSetting" => registry::get_setting(world, input),
        "PutAccountSetting" => registry::put_setting(world, input).await,
        "CreateRepositoryCreationTemplate" => templates::create(world, input).await,
        "DescribeRepositoryCreationTemplates" => templates::describe(world, input),
        "DeleteRepositoryCreationTemplate" => templates::delete(world, input).await,
        "CreatePullThroughCacheRule" => rules::create(world, input).await,
        "DescribePullThroughCacheRules" => rules::describe(world, input),
        "DeletePullThroughCacheRule" => rules::delete(world, input).await,
        _ => Err(EcrError::unknown_operation()),
    }
}

fn respond(status: StatusCode, body: &Value) -> Response {
    let mut response = reply::bytes(status, "application/x-amz-json-1.1", body.to_string());
    reply::put(&mut response, HeaderName::from_static("x-amzn-requestid"), uuid());
    response
}

/// The answer that carries an error.
pub(crate) fn refuse(error: &EcrError) -> Response {
    let mut body = serde_json::json!({ "__type": error.kind, "message": error.message });
    if let Some((name, value)) = &error.member {
        body[*name] = value.clone();
    }
    respond(error.status, &body)
}

/// The error that a fault asks for, by its AWS name.
pub(crate) fn fault(kind: &'static str, message: impl Into<String>) -> Response {
    refuse(&EcrError::new(kind, message))
}

/// The refusal of a principal that lacks a permission.
pub(crate) fn access_denied(world: &World, operation: &str) -> Response {
    refuse(&EcrError::access_denied(world, operation))
}
