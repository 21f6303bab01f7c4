//! GetCallerIdentity of STS, with the query protocol and XML responses.

use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;

use super::error::{EcrError, GET_CALLER_IDENTITY};
use super::sigv4;
use crate::clock::uuid;
use crate::context::ServerContext;
use crate::reply;

pub(super) fn answer(context: &ServerContext, parts: &Parts, body: &[u8]) -> Response {
    if let Err(error) = sigv4::check(context, parts, body, "sts") {
        return refuse(StatusCode::FORBIDDEN, &error.into_sts());
    }
    let action = url::form_urlencoded::parse(body).find(|(name, _)| name == "Action");
    if action.as_ref().map(|(_, value)| value.as_ref()) != Some(GET_CALLER_IDENTITY) {
        let error =
            EcrError::new("InvalidAction", "Could not find operation for version 2011-06-15");
        return refuse(StatusCode::BAD_REQUEST, &error);
    }
    let (arn, account, request) = (context.user_arn(), &context.options.account_id, uuid());
    let body = format!(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult><Arn>{arn}</Arn><UserId>AIDAPRACTICE00000000A</UserId><Account>{account}</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>{request}</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
    );
    reply::bytes(StatusCode::OK, "text/xml", body)
}

/// Returns an error in the XML of the query protocol.
fn refuse(status: StatusCode, error: &EcrError) -> Response {
    let (kind, message, request) = (error.kind, &error.message, uuid());
    let body = format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>{kind}</Code><Message>{message}</Message></Error><RequestId>{request}</RequestId></ErrorResponse>"
    );
    reply::bytes(status, "text/xml", body)
}

/// Returns an error of ECR with the code and the status of STS.
#[cfg(feature = "faults")]
pub(super) fn fault(error: EcrError) -> Response {
    let (status, kind) = match error.kind {
        "ThrottlingException" => (StatusCode::BAD_REQUEST, "Throttling"),
        "ExpiredTokenException" => (StatusCode::FORBIDDEN, "ExpiredToken"),
        "AccessDeniedException" => (StatusCode::FORBIDDEN, "AccessDenied"),
        other => (error.status, other),
    };
    refuse(status, &EcrError { kind, ..error })
}
