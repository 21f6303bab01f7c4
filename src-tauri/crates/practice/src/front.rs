//! The way in, the same for every server: record the request, apply a fault,
//! and hand over to the server it is for.

use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use futures_util::{Stream, StreamExt as _, stream};

use crate::connection::Connection;
use crate::faults::{FaultAction, Plane, Seen};
use crate::record::RequestRecord;
use crate::world::World;
use crate::{ecr, hub, registry, reply};

/// Which of the four ports a request came in on.
#[derive(Clone, Copy)]
pub(crate) enum Origin {
    Ecr,
    Layers,
    Hub,
    HubRegistry,
}

/// Answers one request.
pub(crate) async fn enter(
    State((world, origin)): State<(Arc<World>, Origin)>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    request: Request,
) -> Response {
    if !is_for_this_computer(&request) {
        return reply::bytes(
            StatusCode::MISDIRECTED_REQUEST,
            "text/plain; charset=utf-8",
            "Practice mode answers only to 127.0.0.1 and localhost.\n",
        );
    }
    let plane = match origin {
        Origin::Ecr if request.uri().path() == "/" => Plane::Ecr,
        Origin::Ecr => Plane::Registry,
        Origin::Layers => Plane::Layers,
        Origin::Hub => Plane::Hub,
        Origin::HubRegistry => Plane::HubRegistry,
    };
    let mut operation = ecr::operation(&request);
    if plane == Plane::Ecr && operation.is_none() {
        // The query protocol of STS, of which one operation is offered.
        operation = Some("GetCallerIdentity".to_owned());
    }
    let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
    let query = request.uri().query().filter(|_| plane != Plane::Layers).unwrap_or_default();
    world.record.push(RequestRecord {
        plane,
        method: method.clone(),
        path: path.clone(),
        query: query.to_owned(),
        operation: operation.clone(),
        authorization: request.headers().contains_key(header::AUTHORIZATION),
    });
    let operation = operation.as_deref();
    let seen = Seen { plane, method: &method, path: &path, operation };
    match world.faults.take(&seen) {
        None => dispatch(&world, plane, request).await,
        Some(action) => {
            tracing::debug!(?action, method, path, "a practice fault");
            suffer(&world, &seen, action, connection, request).await
        }
    }
}

/// Whether a request names this computer as its host. A web page whose own name was made to point to
/// 127.0.0.1 (DNS rebinding) names its own host, and its scripts would read every answer.
fn is_for_this_computer(request: &Request) -> bool {
    let mut named = request.headers().get_all(header::HOST).iter();
    let (Some(host), None) = (named.next(), named.next()) else { return false };
    // An absolute target counts more than the header. Source: RFC 9112, section 3.2.2.
    let target = request.uri().authority().map(Authority::as_str);
    let host = target.or_else(|| host.to_str().ok());
    host.and_then(|host| host.parse::<Authority>().ok()).is_some_and(|host| {
        let name = host.host().trim_end_matches('.').to_ascii_lowercase();
        let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        !host.as_str().contains('@')
            && (name == "localhost" || address.is_ok_and(|address| address.is_loopback()))
    })
}

async fn dispatch(world: &Arc<World>, plane: Plane, request: Request) -> Response {
    match plane {
        Plane::Ecr => ecr::answer(world, request).await,
        Plane::Registry => registry::answer(world, request).await,
        Plane::Layers => registry::answer_layers(world, request).await,
        Plane::Hub => hub::answer_api(world, request).await,
        Plane::HubRegistry => hub::answer_registry(world, request).await,
    }
}

async fn suffer(
    world: &Arc<World>,
    seen: &Seen<'_>,
    action: FaultAction,
    connection: Connection,
    request: Request,
) -> Response {
    let plane = seen.plane;
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
            dispatch(world, plane, request).await
        }
        FaultAction::ExpireTokens => {
            world.tokens.expire_all();
            dispatch(world, plane, request).await
        }
        FaultAction::CutResponse { after_bytes } => {
            altered(dispatch(world, plane, request).await, |body| cut(body, after_bytes))
        }
        FaultAction::FlipBit => altered(dispatch(world, plane, request).await, flip),
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
            let response = dispatch(world, plane, request).await;
            connection.cut();
            response
        }
        FaultAction::Throttle { retry_after_seconds } => {
            let mut response = match plane {
                Plane::Ecr => ecr::fault("ThrottlingException", "Rate exceeded"),
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
            Plane::Ecr => ecr::access_denied(world, seen.operation.unwrap_or_default()),
            _ => {
                let message = format!(
                    "User: {} is not authorized to perform this action because no identity-based policy allows it",
                    world.user_arn()
                );
                reply::oci_error(StatusCode::FORBIDDEN, "DENIED", message)
            }
        },
        FaultAction::ExpiredCredentials => ecr::fault(
            "ExpiredTokenException",
            "The security token included in the request is expired",
        ),
    }
}

fn status_of(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

type Bytes = Pin<Box<dyn Stream<Item = Result<bytes::Bytes, axum::Error>> + Send>>;

/// Passes the body through `change`; the length that was announced stays.
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

/// Gives `limit` bytes and then breaks the connection.
fn cut(body: Bytes, limit: u64) -> Bytes {
    let steps = stream::unfold((body, limit, false), |(mut body, left, is_over)| async move {
        if is_over {
            return None;
        }
        if left > 0
            && let Some(Ok(mut chunk)) = body.next().await
        {
            let length = chunk.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            chunk.truncate(length);
            return Some((Ok(chunk), (body, left - length as u64, false)));
        }
        // hyper flushes what it has when the body makes it wait; only then do
        // the bytes before the cut arrive.
        tokio::time::sleep(Duration::from_millis(20)).await;
        let error = std::io::Error::from(std::io::ErrorKind::ConnectionAborted);
        Some((Err(axum::Error::new(error)), (body, 0, true)))
    });
    steps.boxed()
}

/// Turns the lowest bit of the first byte over.
fn flip(body: Bytes) -> Bytes {
    let mut is_done = false;
    let flipped = body.map(move |chunk| {
        let mut chunk: Vec<u8> = chunk?.into();
        if let Some(first) = chunk.first_mut().filter(|_| !is_done) {
            *first ^= 1;
            is_done = true;
        }
        Ok(chunk.into())
    });
    flipped.boxed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_computer_are_answered() {
        let with = |hosts: &[&str]| {
            let mut request = Request::builder().uri("/v2/");
            for host in hosts {
                request = request.header(header::HOST, *host);
            }
            is_for_this_computer(&request.body(Body::empty()).unwrap())
        };
        for host in [
            "127.0.0.1",
            "127.0.0.1:5000",
            "127.8.8.8:5000",
            "localhost:5000",
            "LocalHost",
            "localhost.:5000",
            "[::1]:5000",
        ] {
            assert!(with(&[host]), "{host}");
        }
        for host in [
            "evil.example",
            "evil.example:5000",
            "127.0.0.1.evil.example:5000",
            "localhost.evil.example",
            "127.0.0.1@evil.example",
            "evil.example@127.0.0.1",
            "0.0.0.0:5000",
            "192.168.1.2:5000",
            "[::2]:5000",
            "",
        ] {
            assert!(!with(&[host]), "{host}");
        }
        assert!(!with(&[]));
        assert!(!with(&["127.0.0.1", "evil.example"]));
        let absolute = Request::builder()
            .uri("http://evil.example/v2/")
            .header(header::HOST, "127.0.0.1")
            .body(Body::empty());
        assert!(!is_for_this_computer(&absolute.unwrap()));
    }
}
