//! Uploads of blobs: one POST, which may mount the blob, and one PUT.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use reqwest::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use reqwest::{Method, Response, StatusCode};
use tokio::time::{Instant, sleep_until, timeout};
use url::Url;

use crate::api::{BlobApi, BlobStream, Mount, UploadApi, UploadStart};
use crate::blobs::{blob_subject, wrong_size};
use crate::client::RegistryClient;
use crate::encoding::Body;
use crate::error::RegistryError;
use crate::http::TransferStalled;
use crate::quotas::ThrottledAction;
use crate::rate_limit::RequestPriority;
use crate::remedy::Remedy;
use crate::request::{Document, RegistryRequest};
use crate::response::ErrorResponse;
use crate::send_buffer::SendBuffer;
use crate::token::Scope;
use crate::upload_session::UploadSession;
use crate::{addresses, challenge, http};
use transload_model::{Descriptor, RegistryHost};

/// The time without progress after which an upload fails. It is longer than the timeout of a source, and long
/// enough for a registry to store a large layer before it responds.
const STALL_TIMEOUT: Duration = Duration::from_secs(300);
/// The largest response body of a PUT that is read, in bytes.
const BODY_LIMIT_BYTES: usize = 64 * 1024;
/// The time limit for cancelling an upload.
const CANCEL_TIMEOUT: Duration = Duration::from_secs(5);

/// The outcome of a PUT that the registry responded to.
enum PutOutcome {
    /// The registry stored the blob.
    Stored,
    /// The registry may have stored the blob. The error applies if it didn't.
    Unverified(RegistryError),
}

/// The progress of an upload, recorded by the stream of its body.
struct UploadProgress {
    sent_bytes: u64,
    last_progress: Instant,
    /// Why the source failed. The error of the connection is only a consequence of it.
    failure: Option<RegistryError>,
}

#[async_trait]
impl UploadApi for RegistryClient {
    async fn begin_upload(
        &self,
        path: &str,
        mount: Option<Mount<'_>>,
    ) -> Result<UploadStart, RegistryError> {
        let mut url = self.endpoint.v2_url(path.split('/').chain(["blobs", "uploads", ""]));
        let mut scope = Scope::Push(path.to_owned());
        if let Some(Mount { digest, from }) = mount {
            url.query_pairs_mut().append_pair("mount", digest.as_str()).append_pair("from", from);
            if from != path {
                scope = Scope::Mount { path: path.to_owned(), from: from.to_owned() };
            }
        }
        let document = self.write(&RegistryRequest::new(Method::POST, url, scope, path)).await?;
        let headers = &document.headers;
        if let Some(Mount { digest, .. }) = mount.filter(|_| document.status == StatusCode::CREATED)
        {
            // A registry that returns the digest mounted the blob. Otherwise check.
            let returned = self.content_digest(headers).ok().flatten();
            let is_mounted = match returned {
                Some(returned) if returned.algorithm() == digest.algorithm() => returned == *digest,
                _ => self.has_blob(path, digest).await?,
            };
            if is_mounted {
                return Ok(UploadStart::Mounted);
            }
        }
        let location = headers.get(LOCATION).and_then(|value| value.to_str().ok());
        let location =
            location.ok_or_else(|| self.not_a_registry("it opens an upload without a location"))?;
        let location = addresses::redirect_target(&self.endpoint, &document.url, location)?;
        Ok(UploadStart::Session(UploadSession(location)))
    }

    async fn send_blob(
        &self,
        path: &str,
        blob: &Descriptor,
        session: UploadSession,
        content: BlobStream,
    ) -> Result<(), RegistryError> {
        let location = session.0;
        let upload = Arc::new(Mutex::new(UploadProgress {
            sent_bytes: 0,
            last_progress: Instant::now(),
            failure: None,
        }));
        let body =
            upload_body(self.endpoint.host.clone(), blob.clone(), content, Arc::clone(&upload));
        let put = self.put_blob(path, blob, &location, body, &upload);
        let priority = RequestPriority::for_size(blob.size_bytes);
        let sent = self
            .with_permit(Some(ThrottledAction::CompleteLayerUpload), priority, false, put)
            .await;
        let (failure, sent_bytes) =
            locked(&upload, |upload| (upload.failure.take(), upload.sent_bytes));
        let error = match (failure, sent) {
            (Some(failure), _) => failure,
            (None, Ok(PutOutcome::Stored)) => return Ok(()),
            (None, Ok(PutOutcome::Unverified(error)) | Err(error)) => {
                // Another upload of the same content may have finished first, or the response was lost,
                // so check whether the registry has the blob.
                let may_be_stored = error.may_have_stored()
                    && (sent_bytes == blob.size_bytes || error.remedy() != Remedy::Retry);
                if may_be_stored && matches!(self.has_blob(path, &blob.digest).await, Ok(true)) {
                    return Ok(());
                }
                error
            }
        };
        if !matches!(error, RegistryError::UploadMoved { .. }) {
            self.abandon_upload(path, UploadSession(location)).await;
        }
        Err(error)
    }

    async fn abandon_upload(&self, path: &str, session: UploadSession) {
        let request =
            RegistryRequest::new(Method::DELETE, session.0, Scope::Push(path.to_owned()), path);
        if !matches!(timeout(CANCEL_TIMEOUT, self.send_once(&request)).await, Ok(Ok(()))) {
            tracing::debug!(registry = %self.endpoint.host, path, "couldn't cancel an upload");
        }
    }
}

impl RegistryClient {
    async fn put_blob(
        &self,
        path: &str,
        blob: &Descriptor,
        location: &Url,
        body: impl Stream<Item = Result<Bytes, SourceFailed>> + Send + 'static,
        upload: &Mutex<UploadProgress>,
    ) -> Result<PutOutcome, RegistryError> {
        let scope = Scope::Push(path.to_owned());
        let subject = blob_subject(path, &blob.digest);
        let host = &self.endpoint.host;
        let mut url = location.clone();
        // The location of a redirected upload already contains the digest.
        if !url.query_pairs().any(|(name, _)| name == "digest") {
            url.query_pairs_mut().append_pair("digest", blob.digest.as_str());
        }
        let is_registry_origin = addresses::is_registry_origin(&self.endpoint, &url);
        let authorization = if is_registry_origin {
            self.authenticator.preemptive_authorization(&scope).await?
        } else {
            None
        };
        let mut request = self
            .connections
            .client_for(&self.endpoint, &url)?
            .put(url.clone())
            .header(CONTENT_TYPE, "application/octet-stream")
            .header(CONTENT_LENGTH, blob.size_bytes);
        if let Some(authorization) = &authorization {
            request = request.header(AUTHORIZATION, authorization.header.clone());
        }
        let request = if blob.size_bytes == 0 {
            // Read the source, which may fail although there are no bytes to send.
            futures_util::pin_mut!(body);
            while let Some(Ok(_)) = body.next().await {}
            if locked(upload, |upload| upload.failure.is_some()) {
                return Ok(PutOutcome::Stored);
            }
            request.body(Bytes::new())
        } else {
            request.body(reqwest::Body::wrap_stream(body))
        };
        let connection_lost = |source| RegistryError::ConnectionLost {
            registry: host.clone(),
            subject: subject.clone(),
            received_bytes: locked(upload, |upload| upload.sent_bytes),
            source: Some(source),
        };
        let response = tokio::select! {
            result = request.send() => match result {
                Ok(response) => self.connections.check_proxy_response(response, host)?,
                Err(error) if error.is_connect() => {
                    let failed = self.connections.send_error(host, &subject, error);
                    return Err(http::with_target(failed, &self.endpoint, &url));
                }
                Err(error) => return Err(connection_lost(Box::new(error.without_url()))),
            },
            () = wait_for_stall(upload) => return Err(connection_lost(Box::new(TransferStalled(STALL_TIMEOUT)))),
        };
        if response.status().is_success() {
            return self.interpret_success(blob, response, &subject).await;
        }
        let is_moved = matches!(
            response.status(),
            StatusCode::MOVED_PERMANENTLY
                | StatusCode::FOUND
                | StatusCode::TEMPORARY_REDIRECT
                | StatusCode::PERMANENT_REDIRECT
        );
        if let Some(target) = http::redirect_location(&response).filter(|_| is_moved) {
            let to = addresses::redirect_target(&self.endpoint, response.url(), &target)?;
            let (registry, session) = (host.clone(), UploadSession(to));
            return Err(RegistryError::UploadMoved { registry, session });
        }
        let offered = challenge::offered(response.headers());
        let error_response = ErrorResponse::read(response, host, self.is_registry()).await;
        let has_login = authorization.as_ref().is_some_and(|authorization| authorization.has_login);
        if is_registry_origin && error_response.is_about_login() {
            // The stream can't be sent again, so this upload fails. The new token is for the next one.
            self.authenticator.authenticate(&scope, offered, authorization.as_ref()).await?;
        }
        Err(error_response.into_error(host, &subject, has_login))
    }

    /// Interprets the success of a PUT. Only 201 conforms to the specification and proves that the blob was
    /// stored. For any other success, or a digest of another algorithm, the caller checks the blob.
    async fn interpret_success(
        &self,
        blob: &Descriptor,
        response: Response,
        subject: &str,
    ) -> Result<PutOutcome, RegistryError> {
        let host = &self.endpoint.host;
        let (status, headers) = (response.status(), response.headers().clone());
        let url = response.url().clone();
        // If the body can't be read, the outcome is unverified.
        let body = http::read_body(response, BODY_LIMIT_BYTES, host, subject).await;
        let body = body.unwrap_or(Body::TooLarge { size_bytes: 0 });
        let document = Document { status, headers, url, body };
        if let Err(error) = self.expect_registry(&document) {
            return Ok(PutOutcome::Unverified(error));
        }
        let unverified = || {
            PutOutcome::Unverified(RegistryError::Refused {
                registry: host.clone(),
                subject: subject.to_owned(),
                status: status.as_u16(),
                code: String::new(),
                message: "it accepted the blob but doesn't have it under its digest".to_owned(),
            })
        };
        match self.content_digest(&document.headers).ok().flatten() {
            Some(actual) if actual == blob.digest => Ok(PutOutcome::Stored),
            Some(actual) if actual.algorithm() == blob.digest.algorithm() => {
                Err(RegistryError::DigestMismatch {
                    registry: host.clone(),
                    expected: blob.digest.clone(),
                    actual,
                })
            }
            Some(_) => Ok(unverified()),
            None if status == StatusCode::CREATED => Ok(PutOutcome::Stored),
            None => Ok(unverified()),
        }
    }

    async fn send_once(&self, request: &RegistryRequest) -> Result<(), RegistryError> {
        let authorization = self.authenticator.preemptive_authorization(&request.scope).await?;
        self.send_following_redirects(request, authorization.as_ref()).await.map(|_| ())
    }
}

/// The error of the body stream if the source failed. The reason is in [`UploadProgress`].
#[derive(Debug, thiserror::Error)]
#[error("the source of the blob failed")]
struct SourceFailed;

/// Returns the body of the PUT. The piece that completes it is sent only after the source ended without an
/// error, so that the registry never receives all bytes of a blob that turns out to be wrong.
fn upload_body(
    host: RegistryHost,
    blob: Descriptor,
    content: BlobStream,
    upload: Arc<Mutex<UploadProgress>>,
) -> impl Stream<Item = Result<Bytes, SourceFailed>> + Send + 'static {
    let start = (content, upload, 0_u64);
    let buffer = SendBuffer::default();
    stream::try_unfold(start, move |(mut content, upload, sent_bytes)| {
        let (host, blob, buffer) = (host.clone(), blob.clone(), buffer.clone());
        async move {
            // Reads from the source only when the connection needs more data.
            buffer.wait().await;
            match next_piece(&host, &blob, &mut content, sent_bytes).await {
                Ok(Some(piece)) => {
                    let sent_bytes = sent_bytes + piece.len() as u64;
                    locked(&upload, |upload| {
                        upload.sent_bytes = sent_bytes;
                        upload.last_progress = Instant::now();
                    });
                    Ok(Some((buffer.add(piece), (content, upload, sent_bytes))))
                }
                Ok(None) => Ok(None),
                Err(error) => {
                    locked(&upload, |upload| upload.failure = Some(error));
                    Err(SourceFailed)
                }
            }
        }
    })
}

async fn next_piece(
    host: &RegistryHost,
    blob: &Descriptor,
    content: &mut BlobStream,
    sent_bytes: u64,
) -> Result<Option<Bytes>, RegistryError> {
    let mut last: Option<Bytes> = None;
    loop {
        let read_bytes = sent_bytes + last.as_ref().map_or(0, |last| last.len() as u64);
        match content.next().await.transpose()? {
            Some(piece) if piece.is_empty() => {}
            Some(piece) => {
                let total = read_bytes + piece.len() as u64;
                if total > blob.size_bytes {
                    return Err(wrong_size(host, blob, total));
                }
                if total < blob.size_bytes {
                    return Ok(Some(piece));
                }
                last = Some(piece);
            }
            None if read_bytes < blob.size_bytes => {
                return Err(wrong_size(host, blob, read_bytes));
            }
            None => return Ok(last),
        }
    }
}

/// Returns when the upload has made no progress for too long.
async fn wait_for_stall(upload: &Mutex<UploadProgress>) {
    loop {
        let until = locked(upload, |upload| upload.last_progress) + STALL_TIMEOUT;
        if until <= Instant::now() {
            return;
        }
        sleep_until(until).await;
    }
}

fn locked<T>(upload: &Mutex<UploadProgress>, action: impl FnOnce(&mut UploadProgress) -> T) -> T {
    action(&mut upload.lock().unwrap_or_else(PoisonError::into_inner))
}
