//! The control plane of the practice ECR (AWS JSON 1.1) and STS (query protocol), both at `POST /`, and the part of
//! Amazon Inspector at its own path. `dispatch` calls [`answer`]. One module per group of operations.

pub(crate) mod creation_templates;
mod error;
pub(crate) mod generated_images;
mod image_lists;
mod image_replication;
mod image_scans;
mod images;
mod input;
pub(crate) mod inspector;
mod layer_uploads;
mod layers;
pub(crate) mod lifecycle;
mod lifecycle_rules;
mod paging;
mod policies;
mod pull_through_cache_rules;
mod pull_time_exclusions;
mod registry_configuration;
mod registry_settings;
mod repositories;
mod repository_name;
mod resource_tags;
mod sigv4;
mod storage_class;
mod sts;

use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderName, StatusCode};
use axum::response::Response;
use error::EcrError;
#[cfg(feature = "faults")]
pub(crate) use error::GET_CALLER_IDENTITY;
#[cfg(feature = "faults")]
use error::LIST_COVERAGE;
use input::Input;
use serde_json::Value;

use crate::clock::uuid;
use crate::context::ServerContext;
use crate::reply;

/// The part of `X-Amz-Target` before the operation.
const TARGET_PREFIX: &str = "AmazonEC2ContainerRegistry_V20150921.";

/// More than any ECR request requires: a manifest of 4 MiB, escaped as JSON.
const MAX_REQUEST_BYTES: usize = 16 * 1024 * 1024;

/// Returns the operation of `X-Amz-Target` or of the path.
#[cfg(feature = "faults")]
pub(crate) fn operation(request: &Request) -> Option<String> {
    if request.uri().path() == inspector::PATH {
        return Some(LIST_COVERAGE.to_owned());
    }
    let target = request.headers().get("x-amz-target")?.to_str().ok()?;
    Some(target.strip_prefix(TARGET_PREFIX).unwrap_or(target).to_owned())
}

/// Handles `POST /` and `POST /coverage/list`.
pub(crate) async fn answer(context: &Arc<ServerContext>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Some(body) = reply::read_limited(body, MAX_REQUEST_BYTES).await else {
        return refuse(&EcrError::new("SerializationException", "The request couldn't be read."));
    };
    if parts.uri.path() == inspector::PATH {
        return match inspector::answer(context, &parts, &body) {
            Ok(output) => respond(StatusCode::OK, &output),
            Err(error) => refuse(&error),
        };
    }
    let Some(target) = parts.headers.get("x-amz-target").and_then(|value| value.to_str().ok())
    else {
        return sts::answer(context, &parts, &body);
    };
    if let Err(error) = sigv4::check(context, &parts, &body, "ecr") {
        return refuse(&error.into_ecr());
    }
    let Some(operation) = target.strip_prefix(TARGET_PREFIX) else {
        return refuse(&EcrError::unknown_operation());
    };
    let input = match serde_json::from_slice::<Value>(&body) {
        Ok(Value::Object(members)) => Input::new(members),
        _ => return refuse(&EcrError::new("SerializationException", "The request isn't JSON.")),
    };
    match execute(context, operation, &input).await {
        Ok(output) => respond(StatusCode::OK, &output),
        Err(error) => refuse(&error),
    }
}

async fn execute(
    context: &Arc<ServerContext>,
    operation: &str,
    input: &Input,
) -> Result<Value, EcrError> {
    if input.text("registryId")?.is_some_and(|id| id != context.options.account_id) {
        return Err(EcrError::access_denied(context, operation));
    }
    match operation {
        "CreateRepository" => repositories::create(context, input).await,
        "DescribeRepositories" => repositories::describe(context, input),
        "DeleteRepository" => repositories::delete(context, input).await,
        "PutImageTagMutability" => repositories::put_mutability(context, input).await,
        "PutImageScanningConfiguration" => repositories::put_scanning(context, input).await,
        "DescribeImages" => image_lists::describe_images(context, input),
        "ListImages" => image_lists::list_images(context, input),
        "BatchGetImage" => images::batch_get(context, input).await,
        "BatchDeleteImage" => images::batch_delete(context, input).await,
        "PutImage" => images::put(context, input).await,
        "BatchCheckLayerAvailability" => layers::check(context, input),
        "InitiateLayerUpload" => layer_uploads::begin(context, input),
        "UploadLayerPart" => layer_uploads::part(context, input).await,
        "CompleteLayerUpload" => layer_uploads::complete(context, input).await,
        "GetDownloadUrlForLayer" => layers::download_url(context, input),
        "ListImageReferrers" => image_lists::list_referrers(context, input),
        "StartImageScan" => image_scans::start(context, input).await,
        "DescribeImageScanFindings" => image_scans::describe(context, input),
        "DescribeImageReplicationStatus" => image_replication::describe(context, input),
        "UpdateImageStorageClass" => storage_class::update(context, input).await,
        "PutLifecyclePolicy" => lifecycle::put(context, input).await,
        "GetLifecyclePolicy" => lifecycle::get(context, input),
        "DeleteLifecyclePolicy" => lifecycle::delete(context, input).await,
        "StartLifecyclePolicyPreview" => lifecycle::start_preview(context, input).await,
        "GetLifecyclePolicyPreview" => lifecycle::get_preview(context, input),
        "RegisterPullTimeUpdateExclusion" => pull_time_exclusions::register(context, input).await,
        "DeregisterPullTimeUpdateExclusion" => {
            pull_time_exclusions::deregister(context, input).await
        }
        "ListPullTimeUpdateExclusions" => pull_time_exclusions::list(context, input),
        "SetRepositoryPolicy" => policies::set_repository(context, input).await,
        "GetRepositoryPolicy" => policies::get_repository(context, input),
        "DeleteRepositoryPolicy" => policies::delete_repository(context, input).await,
        "ListTagsForResource" => resource_tags::list(context, input),
        "TagResource" => resource_tags::add(context, input).await,
        "UntagResource" => resource_tags::remove(context, input).await,
        "GetAuthorizationToken" => Ok(registry_settings::authorization_token(context)),
        "DescribeRegistry" => Ok(registry_configuration::describe(context)),
        "PutReplicationConfiguration" => {
            registry_configuration::put_replication(context, input).await
        }
        "ListReplicationBackfills" => registry_configuration::list_backfills(context, input),
        "GetRegistryScanningConfiguration" => Ok(registry_configuration::get_scanning(context)),
        "PutRegistryScanningConfiguration" => {
            registry_configuration::put_scanning(context, input).await
        }
        "BatchGetRepositoryScanningConfiguration" => {
            registry_configuration::batch_get_scanning(context, input)
        }
        "GetRegistryPolicy" => registry_configuration::get_policy(context),
        "PutRegistryPolicy" => registry_configuration::put_policy(context, input).await,
        "DeleteRegistryPolicy" => registry_configuration::delete_policy(context).await,
        "GetSigningConfiguration" => registry_configuration::get_signing(context),
        "PutSigningConfiguration" => registry_configuration::put_signing(context, input).await,
        "DeleteSigningConfiguration" => registry_configuration::delete_signing(context).await,
        "GetAccountSetting" => registry_settings::get_setting(context, input),
        "PutAccountSetting" => registry_settings::put_setting(context, input).await,
        "CreateRepositoryCreationTemplate" => creation_templates::create(context, input).await,
        "DescribeRepositoryCreationTemplates" => creation_templates::describe(context, input),
        "UpdateRepositoryCreationTemplate" => creation_templates::update(context, input).await,
        "DeleteRepositoryCreationTemplate" => creation_templates::delete(context, input).await,
        "CreatePullThroughCacheRule" => pull_through_cache_rules::create(context, input).await,
        "DescribePullThroughCacheRules" => pull_through_cache_rules::describe(context, input),
        "UpdatePullThroughCacheRule" => pull_through_cache_rules::update(context, input).await,
        "ValidatePullThroughCacheRule" => pull_through_cache_rules::validate(context, input),
        "DeletePullThroughCacheRule" => pull_through_cache_rules::delete(context, input).await,
        _ => Err(EcrError::unknown_operation()),
    }
}

fn respond(status: StatusCode, body: &Value) -> Response {
    let mut response = reply::bytes(status, "application/x-amz-json-1.1", body.to_string());
    reply::put(&mut response, HeaderName::from_static("x-amzn-requestid"), uuid());
    response
}

fn refuse(error: &EcrError) -> Response {
    let mut body = serde_json::json!({ "__type": error.kind, "message": error.message });
    if let Some((name, value)) = &error.member {
        body[*name] = value.clone();
    }
    respond(error.status, &body)
}

/// Returns the error response of an operation by ECR's name of the error, for faults.
#[cfg(feature = "faults")]
pub(crate) fn error_response(
    operation: Option<&str>,
    kind: &'static str,
    message: &str,
) -> Response {
    respond_with(operation, EcrError::new(kind, message))
}

/// Returns the response for a principal without the permission, for faults.
#[cfg(feature = "faults")]
pub(crate) fn access_denied(context: &ServerContext, operation: Option<&str>) -> Response {
    respond_with(operation, EcrError::access_denied(context, operation.unwrap_or_default()))
}

/// STS answers in XML, with codes of its own.
#[cfg(feature = "faults")]
fn respond_with(operation: Option<&str>, error: EcrError) -> Response {
    match operation {
        Some(GET_CALLER_IDENTITY) => sts::fault(error),
        _ => refuse(&error),
    }
}
