//! What the engine's failures mean.

use bollard::errors::Error;
use http_body_util::{BodyExt, Limited};
use hyper::Response;
use hyper::body::Incoming;
use serde::Deserialize;

use crate::address::DockerAddress;
use crate::error::DockerError;
use crate::tls::TlsProblem;
use transload_model::{Digest, ImageReference};

/// How much of an error's body is read, in bytes.
const BODY_LIMIT_BYTES: usize = 1 << 20;
/// The largest answer that is read into memory, in bytes. One image of an index with thousands of
/// entries stays below it.
const ANSWER_LIMIT_BYTES: usize = 16 << 20;

/// What bollard's error means.
pub(super) fn failure(address: &DockerAddress, error: Error) -> DockerError {
    // bollard's error stands for the one inside, and passes over it in the chain of causes.
    let cause: &(dyn std::error::Error + 'static) = match &error {
        Error::IOError { err } => err,
        other => other,
    };
    if let Some(problem) = TlsProblem::of_connection(address, cause) {
        let (address, source) = (address.to_string(), Some(error.into()));
        return DockerError::TlsFailed { address, problem, source };
    }
    match error {
        Error::IOError { err } => not_connected(address, err),
        Error::RequestTimeoutError => {
            DockerError::NotRunning { address: address.to_string(), source: None }
        }
        Error::DockerResponseServerError { status_code, message } => {
            refused(address, status_code, message)
        }
        Error::JsonDataError { message, .. } => DockerError::AnswerUnusable { detail: message },
        Error::JsonSerdeError { err } => DockerError::AnswerUnusable { detail: err.to_string() },
        Error::StrParseError { err } => DockerError::AnswerUnusable { detail: err.to_string() },
        // Something other than HTTP answers, or a request could not be written.
        Error::HyperResponseError { err } if err.is_parse() => {
            DockerError::AnswerUnusable { detail: err.to_string() }
        }
        other => DockerError::ConnectionLost { source: other.into() },
    }
}

/// The same for a call about one image, where 404 means that there is no such image.
pub(super) fn image_failure(
    address: &DockerAddress,
    reference: &ImageReference,
    error: Error,
) -> DockerError {
    match failure(address, error) {
        DockerError::Refused { status: 404, .. } => missing(reference),
        other => other,
    }
}

/// The engine has no such image.
pub(super) fn missing(reference: &ImageReference) -> DockerError {
    DockerError::ImageMissing { reference: reference.familiar() }
}

/// The engine has no image with this ID.
pub(super) fn missing_id(id: &Digest) -> DockerError {
    DockerError::ImageMissing { reference: id.to_string() }
}

/// Reads an answer into memory.
pub(super) async fn body_bytes(response: Response<Incoming>) -> Result<bytes::Bytes, DockerError> {
    let body = Limited::new(response.into_body(), ANSWER_LIMIT_BYTES).collect().await;
    Ok(body.map_err(|source| DockerError::ConnectionLost { source })?.to_bytes())
}

/// There is no connection. Only the socket's own permissions count as "you may not": over the
/// network the same kind of error says something else.
fn not_connected(address: &DockerAddress, error: std::io::Error) -> DockerError {
    let local = !matches!(address, DockerAddress::Tcp { .. });
    let address = address.to_string();
    match error.kind() {
        std::io::ErrorKind::PermissionDenied if local => DockerError::PermissionDenied { address },
        _ => DockerError::NotRunning { address, source: Some(error.into()) },
    }
}

/// What Go's HTTP server says to plain HTTP at a port with TLS. Source: net/http, `conn.serve`.
const TLS_PORT_SAYS: &str = "client sent an http request to an https server";

fn refused(address: &DockerAddress, status: u16, message: String) -> DockerError {
    if status == 400 && message.to_ascii_lowercase().contains(TLS_PORT_SAYS) {
        let (address, problem) = (address.to_string(), TlsProblem::TlsRequired);
        return DockerError::TlsFailed { address, problem, source: None };
    }
    DockerError::Refused { status, message }
}

/// Reads the engine's sentence out of an answer that is no success.
pub(super) async fn refusal(response: Response<Incoming>) -> DockerError {
    #[derive(Deserialize)]
    struct Refusal {
        message: String,
    }
    let status = response.status().as_u16();
    let body = match Limited::new(response.into_body(), BODY_LIMIT_BYTES).collect().await {
        Ok(body) => body.to_bytes(),
        Err(source) => return DockerError::ConnectionLost { source },
    };
    let message = match serde_json::from_slice::<Refusal>(&body) {
        Ok(refusal) => refusal.message,
        Err(_) => String::from_utf8_lossy(&body).trim().to_owned(),
    };
    DockerError::Refused { status, message }
}

#[cfg(test)]
mod tests {
    use std::io::{Error as IoError, ErrorKind};

    use super::*;

    fn socket() -> DockerAddress {
        DockerAddress::Socket("/x.sock".into())
    }

    fn tcp() -> DockerAddress {
        DockerAddress::Tcp { host: "h".to_owned(), port: 1, path: String::new(), tls: None }
    }

    // A test that runs as root can open any socket, so the kernel's refusal is made here.
    #[test]
    fn a_socket_without_permission_is_told_from_one_where_nothing_answers() {
        let refused = |kind| Error::IOError { err: IoError::from(kind) };
        let cases = [
            (socket(), ErrorKind::PermissionDenied, true),
            (tcp(), ErrorKind::PermissionDenied, false),
            (socket(), ErrorKind::NotFound, false),
            (socket(), ErrorKind::ConnectionRefused, false),
        ];
        for (address, kind, denied) in cases {
            match failure(&address, refused(kind)) {
                DockerError::PermissionDenied { address } => {
                    assert!(denied, "{kind}");
                    assert_eq!(address, "unix:///x.sock");
                }
                DockerError::NotRunning { source: Some(_), .. } => assert!(!denied, "{kind}"),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn a_404_of_an_image_call_names_the_image() {
        let gone =
            Error::DockerResponseServerError { status_code: 404, message: "gone".to_owned() };
        let reference = ImageReference::parse("docker.io/library/alpine:3").unwrap();
        match image_failure(&socket(), &reference, gone) {
            DockerError::ImageMissing { reference } => assert_eq!(reference, "alpine:3"),
            other => panic!("{other:?}"),
        }
    }
}
