//! Blob downloads: both registries redirect to this origin, as ECR does to S3 and Docker Hub to its CDN.
//! `server` calls [`answer`] for its port.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::response::Response;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio_util::io::ReaderStream;

use crate::clock::now_millis;
use crate::context::ServerContext;
use crate::hash::{equals_in_constant_time, is_digest};
use crate::reply::{self, query_value};

/// Answers HEAD with 200, and GET with 307 to the download origin.
pub(crate) fn redirect(
    context: &ServerContext,
    owner: &str,
    digest: &str,
    size: u64,
    method: &Method,
) -> Response {
    if method == Method::HEAD {
        let mut response = reply::empty(StatusCode::OK);
        reply::put(&mut response, header::CONTENT_LENGTH, size);
        reply::put(&mut response, header::CONTENT_TYPE, "application/octet-stream");
        reply::put(&mut response, reply::CONTENT_DIGEST, digest);
        return response;
    }
    let mut response = reply::empty(StatusCode::TEMPORARY_REDIRECT);
    reply::put(&mut response, header::LOCATION, context.layer_url(owner, digest));
    response
}

/// Answers a request to the download origin.
pub(crate) async fn answer(context: &ServerContext, request: Request) -> Response {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return s3_error(
            StatusCode::METHOD_NOT_ALLOWED,
            "MethodNotAllowed",
            "The specified method is not allowed against this resource.",
        );
    }
    if request.headers().contains_key(header::AUTHORIZATION) {
        return s3_error(
            StatusCode::BAD_REQUEST,
            "InvalidArgument",
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified",
        );
    }
    let path = request.uri().path().trim_start_matches('/');
    let Some((owner, digest)) = path.split_once('/').filter(|(_, digest)| is_digest(digest)) else {
        return s3_error(StatusCode::NOT_FOUND, "NoSuchKey", "The specified key does not exist.");
    };
    let query = request.uri().query().unwrap_or_default();
    let expires = query_value(query, "X-Amz-Expires").and_then(|text| text.parse::<i64>().ok());
    let signature = query_value(query, "X-Amz-Signature").unwrap_or_default();
    let is_signed = expires.is_some_and(|expires| {
        let expected = context.layer_signature(owner, digest, expires);
        equals_in_constant_time(expected.as_bytes(), signature.as_bytes())
    });
    if !is_signed {
        return s3_error(
            StatusCode::FORBIDDEN,
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided.",
        );
    }
    if expires.is_some_and(|expires| expires < now_millis() / 1000) {
        return s3_error(StatusCode::FORBIDDEN, "AccessDenied", "Request has expired");
    }
    let range = request.headers().get(header::RANGE).and_then(|value| value.to_str().ok());
    if let Some(generated) = (owner == "hub").then(|| context.hub.generated_blob(digest)).flatten()
    {
        return part_of(generated, range);
    }
    let folder = if owner == "hub" { context.hub.blobs() } else { &context.store.blobs };
    let Ok(file) = tokio::fs::File::open(folder.path(digest)).await else {
        return s3_error(StatusCode::NOT_FOUND, "NoSuchKey", "The specified key does not exist.");
    };
    match send(file, range).await {
        Ok(response) => response,
        Err(error) => {
            tracing::error!(%error, "couldn't read a practice blob");
            s3_error(
                StatusCode::INTERNAL_SERVER_ERROR,
                "InternalError",
                "We encountered an internal error. Try again.",
            )
        }
    }
}

async fn send(mut file: tokio::fs::File, range: Option<&str>) -> std::io::Result<Response> {
    let size = file.metadata().await?.len();
    let Some((start, length)) = wanted(range, size) else { return Ok(no_such_part(size)) };
    file.seek(std::io::SeekFrom::Start(start)).await?;
    let stream = ReaderStream::with_capacity(file.take(length), 256 * 1024);
    Ok(content(Body::from_stream(stream), range.is_some(), (start, length, size)))
}

/// Like [`send`], for content in memory.
fn part_of(generated: Vec<u8>, range: Option<&str>) -> Response {
    let size = generated.len() as u64;
    let Some((start, length)) = wanted(range, size) else { return no_such_part(size) };
    // Both are within the length, which is a usize.
    let part =
        generated.into_iter().skip(start as usize).take(length as usize).collect::<Vec<u8>>();
    content(Body::from(part), range.is_some(), (start, length, size))
}

/// Returns start and length of the requested range, or of everything.
fn wanted(range: Option<&str>, size: u64) -> Option<(u64, u64)> {
    range.map_or(Some((0, size)), |range| parse_range(range, size))
}

fn no_such_part(size: u64) -> Response {
    let mut response = s3_error(
        StatusCode::RANGE_NOT_SATISFIABLE,
        "InvalidRange",
        "The requested range is not satisfiable",
    );
    reply::put(&mut response, header::CONTENT_RANGE, format!("bytes */{size}"));
    response
}

fn content(body: Body, is_part: bool, (start, length, size): (u64, u64, u64)) -> Response {
    let mut response = Response::new(body);
    if is_part {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let value = format!("bytes {start}-{}/{size}", start + length - 1);
        reply::put(&mut response, header::CONTENT_RANGE, value);
    }
    reply::put(&mut response, header::ACCEPT_RANGES, "bytes");
    reply::put(&mut response, header::CONTENT_LENGTH, length);
    reply::put(&mut response, header::CONTENT_TYPE, "application/octet-stream");
    response
}

/// Parses `bytes=a-b`, `bytes=a-` or `bytes=-n` into start and length. Returns `None` if the range is
/// outside the blob.
fn parse_range(range: &str, size: u64) -> Option<(u64, u64)> {
    let (from, to) = range.strip_prefix("bytes=")?.split_once('-')?;
    let (start, end) = if from.is_empty() {
        (size.saturating_sub(to.parse().ok()?), size)
    } else {
        let end = if to.is_empty() { size } else { to.parse::<u64>().ok()?.saturating_add(1) };
        (from.parse().ok()?, end.min(size))
    };
    (start < end).then(|| (start, end - start))
}

fn s3_error(status: StatusCode, code: &str, message: &str) -> Response {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    reply::bytes(status, "application/xml", body)
}

#[cfg(test)]
mod tests;
