//! Entry point of all practice servers: rejects requests for other hosts and dispatches the
//! others. With the feature `faults`, it also logs requests and applies faults. `Practice` serves every port with [`handle`].

#[cfg(feature = "faults")]
mod faults;

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::uri::Authority;
use axum::http::{StatusCode, header};
use axum::response::Response;

use crate::connection::Connection;
use crate::context::ServerContext;
#[cfg(not(feature = "faults"))]
use crate::dispatch::dispatch;
use crate::ecr::inspector;
use crate::plane::Plane;
use crate::reply;
#[cfg(feature = "faults")]
use crate::server::faults::log_and_handle as respond;

/// The port that received a request.
#[derive(Clone, Copy)]
pub(crate) enum Port {
    Ecr,
    Layers,
    Hub,
    HubRegistry,
}

pub(crate) async fn handle(
    State((context, port)): State<(Arc<ServerContext>, Port)>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    request: Request,
) -> Response {
    if !is_for_this_computer(&request) {
        return reply::bytes(
            StatusCode::MISDIRECTED_REQUEST,
            "text/plain; charset=utf-8",
            "Practice mode only answers requests for 127.0.0.1 and localhost.\n",
        );
    }
    let plane = match port {
        Port::Ecr if ["/", inspector::PATH].contains(&request.uri().path()) => Plane::Ecr,
        Port::Ecr => Plane::Registry,
        Port::Layers => Plane::Layers,
        Port::Hub => Plane::Hub,
        Port::HubRegistry => Plane::HubRegistry,
    };
    respond(&context, plane, connection, request).await
}

/// Dispatches a request. Only faults use the connection.
#[cfg(not(feature = "faults"))]
async fn respond(
    context: &Arc<ServerContext>,
    plane: Plane,
    _connection: Connection,
    request: Request,
) -> Response {
    dispatch(context, plane, request).await
}

/// Returns whether the request is addressed to this computer. After DNS rebinding, a web page could
/// otherwise read every response; its requests carry its own host name.
fn is_for_this_computer(request: &Request) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    // An absolute target overrides the header. Source: RFC 9112, section 3.2.2.
    let target = request.uri().authority().map(Authority::as_str);
    let host = target.or_else(|| host.to_str().ok());
    host.and_then(|host| host.parse::<Authority>().ok()).is_some_and(|host| {
        let name = host.host().trim_end_matches('.').to_ascii_lowercase();
        let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        !host.as_str().contains('@')
            && (name == "localhost" || address.is_ok_and(|address| address.is_loopback()))
    })
}

#[cfg(test)]
mod tests;
