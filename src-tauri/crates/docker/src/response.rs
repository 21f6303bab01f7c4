//! Converts failed calls and error responses of the engine to [`DockerError`].

use bollard::errors::Error;
use http_body_util::{BodyExt, Limited};
use hyper::Response;
use hyper::body::Incoming;
use serde::Deserialize;

use crate::address::DockerAddress;
use crate::error::DockerError;
use crate::tls_problem::TlsProblem;
use transload_model::{Digest, ImageReference};

/// Maximum size of an error response.
const ERROR_LIMIT_BYTES: usize = 1 << 20;
/// Maximum size of a response in memory. An inspection of an index with thousands of entries is
/// smaller.
const RESPONSE_LIMIT_BYTES: usize = 16 << 20;

/// Converts an error of bollard.
pub(super) fn call_error(address: &DockerAddress, error: Error) -> DockerError {
    // bollard's `IOError` does not return the wrapped error as its source.
    let cause: &(dyn std::error::Error + 'static) = match &error {
        Error::IOError { err } => err,
        other => other,
    };
    if let DockerAddress::Tcp { host, tls: Some(files), .. } = address
        && let Some(problem) = TlsProblem::of_connection(host, files, cause)
    {
        let (address, source) = (address.to_string(), Some(error.into()));
        return DockerError::TlsFailed { address, problem, source };
    }
    match error {
        Error::IOError { err } => connect_error(address, err),
        Error::RequestTimeoutError => {
            DockerError::NotRunning { address: address.to_string(), source: None }
        }
        Error::DockerResponseServerError { status_code, message } => {
            status_error(address, status_code, message)
        }
        Error::JsonDataError { message, .. } => DockerError::InvalidResponse { detail: message },
        Error::JsonSerdeError { err } => DockerError::InvalidResponse { detail: err.to_string() },
        Error::StrParseError { err } => DockerError::InvalidResponse { detail: err.to_string() },
        // The response is not HTTP.
        Error::HyperResponseError { err } if err.is_parse() => {
            DockerError::InvalidResponse { detail: err.to_string() }
        }
        other => DockerError::ConnectionLost { source: other.into() },
    }
}

/// Converts an error of a call about an image, for which 404 means that the image does not exist.
pub(super) fn image_call_error(
    address: &DockerAddress,
    reference: &ImageReference,
    error: Error,
) -> DockerError {
    match call_error(address, error) {
        DockerError::ErrorResponse { status: 404, .. } => image_missing(reference),
        other => other,
    }
}

/// Returns the error for an image that the engine does not have.
pub(super) fn image_missing(reference: &ImageReference) -> DockerError {
    DockerError::ImageMissing { reference: reference.familiar() }
}

/// Returns the error for an image ID that the engine does not have.
pub(super) fn image_missing_by_id(id: &Digest) -> DockerError {
    DockerError::ImageMissing { reference: id.to_string() }
}

/// Reads a response into memory.
///
/// # Errors
/// [`DockerError::ConnectionLost`] if the connection is interrupted, or the response is too large.
pub(super) async fn body_bytes(response: Response<Incoming>) -> Result<bytes::Bytes, DockerError> {
    let body = Limited::new(response.into_body(), RESPONSE_LIMIT_BYTES).collect().await;
    Ok(body.map_err(|source| DockerError::ConnectionLost { source })?.to_bytes())
}

/// Converts an error of connecting. Missing permission applies only to sockets and pipes: in the
/// network, the same kind of error has other causes.
fn connect_error(address: &DockerAddress, error: std::io::Error) -> DockerError {
    let is_local = !matches!(address, DockerAddress::Tcp { .. });
    let address = address.to_string();
    match error.kind() {
        std::io::ErrorKind::PermissionDenied if is_local => {
            DockerError::PermissionDenied { address }
        }
        _ => DockerError::NotRunning { address, source: Some(error.into()) },
    }
}

/// The message of Go's HTTP server to a plain HTTP request on a TLS port. Source: net/http,
/// `conn.serve`.
const TLS_PORT_MESSAGE: &str = "client sent an http request to an https server";

fn status_error(address: &DockerAddress, status: u16, message: String) -> DockerError {
    if status == 400 && message.to_ascii_lowercase().contains(TLS_PORT_MESSAGE) {
        let (address, problem) = (address.to_string(), TlsProblem::TlsRequired);
        return DockerError::TlsFailed { address, problem, source: None };
    }
    DockerError::ErrorResponse { status, message }
}

/// Converts an error response, with the message in its body.
pub(super) async fn error_response(response: Response<Incoming>) -> DockerError {
    #[derive(Deserialize)]
    struct EngineErrorBody {
        message: String,
    }
    let status = response.status().as_u16();
    let body = match Limited::new(response.into_body(), ERROR_LIMIT_BYTES).collect().await {
        Ok(body) => body.to_bytes(),
        Err(source) => return DockerError::ConnectionLost { source },
    };
    let message = match serde_json::from_slice::<EngineErrorBody>(&body) {
        Ok(error) => error.message,
        Err(_) => String::from_utf8_lossy(&body).trim().to_owned(),
    };
    DockerError::ErrorResponse { status, message }
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

    // Root can open any socket, so the error of the kernel is constructed.
    #[test]
    fn a_socket_without_permission_differs_from_one_without_an_engine() {
        let io_error = |kind| Error::IOError { err: IoError::from(kind) };
        let cases = [
            (socket(), ErrorKind::PermissionDenied, true),
            (tcp(), ErrorKind::PermissionDenied, false),
            (socket(), ErrorKind::NotFound, false),
            (socket(), ErrorKind::ConnectionRefused, false),
        ];
        for (address, kind, denied) in cases {
            match call_error(&address, io_error(kind)) {
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
        let not_found =
            Error::DockerResponseServerError { status_code: 404, message: "not found".to_owned() };
        let reference = ImageReference::parse("docker.io/library/alpine:3").unwrap();
        match image_call_error(&socket(), &reference, not_found) {
            DockerError::ImageMissing { reference } => assert_eq!(reference, "alpine:3"),
            other => panic!("{other:?}"),
        }
    }
}
