//! Logs requests and applies faults. Compiled with the feature `faults` only.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use futures_util::{Stream, StreamExt as _, stream};

use crate::connection::Connection;
use crate::context::ServerContext;
use crate::dispatch::dispatch;
use crate::faults::{FaultAction, RequestFacts};
use crate::plane::Plane;
use crate::request_log::RequestRecord;
use crate::{ecr, reply};

/// Logs a request, and handles it with the fault that applies, if there is one.
pub(super) async fn log_and_handle(
    context: &Arc<ServerContext>,
    plane: Plane,
    connection: Connection,
    request: Request,
) -> Response {
    let mut operation = ecr::operation(&request);
    if plane == Plane::Ecr && operation.is_none() {
        // STS uses the query protocol, of which practice mode supports one operation.
        operation = Some(ecr::GET_CALLER_IDENTITY.to_owned());
    }
    let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
    let query = request.uri().query().filter(|_| plane != Plane::Layers).unwrap_or_default();
    context.request_log.push(RequestRecord {
        plane,
        method: method.clone(),
        path: path.clone(),
        query: query.to_owned(),
        operation: operation.clone(),
        authorization: request.headers().contains_key(header::AUTHORIZATION),
        range: request
            .headers()
            .get(header::RANGE)
            .and_then(|range| range.to_str().ok())
            .map(str::to_owned),
    });
    let facts =
        RequestFacts { plane, method: &method, path: &path, operation: operation.as_deref() };
    match context.faults.take(&facts) {
        None => dispatch(context, plane, request).await,
        Some(action) => {
            tracing::debug!(?action, method, path, "a practice fault");
            apply(context, &facts, action, connection, request).await
        }
    }
}

async fn apply(
    context: &Arc<ServerContext>,
    facts: &RequestFacts<'_>,
    action: FaultAction,
    connection: Connection,
    request: Request,
) -> Response {
    let plane = facts.plane;
    match action {
        FaultAction::Answer { status, content_type, body } => {
            reply::bytes(status_of(status), &content_type, body)
        }
        FaultAction::Html { status } => reply::bytes(
            status_of(status),
            "text/html; charset=utf-8",
            "<!DOCTYPE html>\n<html><head><title>Sign in to the network</title></head><body><h1>Sign in to the network</h1></body></html>\n",
        ),
        FaultAction::Delay(time) => {
            tokio::time::sleep(time).await;
            dispatch(context, plane, request).await
        }
        FaultAction::ExpireTokens => {
            context.tokens.expire_all();
            dispatch(context, plane, request).await
        }
        FaultAction::CutResponse { after_bytes } => {
            altered(dispatch(context, plane, request).await, |body| cut(body, after_bytes))
        }
        FaultAction::FlipBit => altered(dispatch(context, plane, request).await, flip),
        FaultAction::CutRequest { after_bytes } => {
            let mut left = after_bytes;
            let mut body = request.into_body().into_data_stream();
            while left > 0 {
                match body.next().await {
                    Some(Ok(chunk)) => left = left.saturating_sub(chunk.len() as u64),
                    _ => break,
                }
            }
            connection.cut();
            reply::empty(StatusCode::INTERNAL_SERVER_ERROR)
        }
        FaultAction::Drop => {
            connection.cut();
            reply::empty(StatusCode::INTERNAL_SERVER_ERROR)
        }
        FaultAction::DropAfter => {
            let response = dispatch(context, plane, request).await;
            connection.cut();
            response
        }
        FaultAction::Throttle { retry_after_seconds } => {
            let mut response = match plane {
                Plane::Ecr => {
                    ecr::error_response(facts.operation, "ThrottlingException", "Rate exceeded")
                }
                _ => reply::oci_error(
                    StatusCode::TOO_MANY_REQUESTS,
                    "TOOMANYREQUESTS",
                    "Rate exceeded",
                ),
            };
            if let Some(seconds) = retry_after_seconds {
                reply::put(&mut response, header::RETRY_AFTER, seconds);
            }
            response
        }
        FaultAction::AccessDenied => match plane {
            Plane::Ecr => ecr::access_denied(context, facts.operation),
            _ => {
                let message = format!(
                    "User: {} is not authorized to perform this action because no identity-based policy allows it",
                    context.user_arn()
                );
                reply::oci_error(StatusCode::FORBIDDEN, "DENIED", message)
            }
        },
        FaultAction::ExpiredCredentials => ecr::error_response(
            facts.operation,
            "ExpiredTokenException",
            "The security token included in the request is expired",
        ),
    }
}

fn status_of(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

type Bytes = Pin<Box<dyn Stream<Item = Result<bytes::Bytes, axum::Error>> + Send>>;

/// Replaces the body. The announced length stays.
fn altered(response: Response, change: impl FnOnce(Bytes) -> Bytes) -> Response {
    let (mut parts, body) = response.into_parts();
    if let (None, Some(length)) =
        (parts.headers.get(header::CONTENT_LENGTH), body.size_hint().exact())
    {
        let name: HeaderName = header::CONTENT_LENGTH;
        parts.headers.insert(name, HeaderValue::from(length));
    }
    let body = change(body.into_data_stream().boxed());
    Response::from_parts(parts, Body::from_stream(body))
}

/// Sends `limit` bytes and then closes the connection.
fn cut(body: Bytes, limit: u64) -> Bytes {
    let steps = stream::unfold((body, limit, false), |(mut body, left, is_closed)| async move {
        if is_closed {
            return None;
        }
        if left > 0
            && let Some(Ok(mut chunk)) = body.next().await
        {
            let length = chunk.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            chunk.truncate(length);
            return Some((Ok(chunk), (body, left - length as u64, false)));
        }
        // hyper flushes its buffer when the body is pending. Without the delay, the bytes before the cut
        // would not arrive.
        tokio::time::sleep(Duration::from_millis(20)).await;
        let error = std::io::Error::from(std::io::ErrorKind::ConnectionAborted);
        Some((Err(axum::Error::new(error)), (body, 0, true)))
    });
    steps.boxed()
}

/// Flips the lowest bit of the first byte.
fn flip(body: Bytes) -> Bytes {
    let mut is_flipped = false;
    let flipped = body.map(move |chunk| {
        let mut chunk: Vec<u8> = chunk?.into();
        if let Some(first) = chunk.first_mut().filter(|_| !is_flipped) {
            *first ^= 1;
            is_flipped = true;
        }
        Ok(chunk.into())
    });
    flipped.boxed()
}
