//! Uploads: POST, which may mount, and one PUT.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use reqwest::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use reqwest::{Method, Response, StatusCode};
use tokio::time::{Instant, sleep_until, timeout};
use url::Url;

use crate::api::{BlobStream, Mount, UploadSession, UploadStart};
use crate::blobs::{blob_subject, wrong_size};
use crate::client::{Document, RegistryClient, RegistryRequest, redirect};
use crate::error::RegistryError;
use crate::http::{Body, Silence};
use crate::quotas::Action;
use crate::rate_limit::RequestPriority;
use crate::remedy::Remedy;
use crate::response::Refusal;
use crate::send_buffer::SendBuffer;
use crate::token::Scope;
use crate::{addresses, challenge, http};
use transload_model::{Descriptor, RegistryHost};

/// How long an upload may stand still: longer than a silent source is waited for, and long enough
/// for a registry to store a large layer before it answers.
const STANDSTILL_LIMIT: Duration = Duration::from_secs(300);
/// How much of the answer to a PUT is read, in bytes.
const ANSWER_LIMIT: usize = 64 * 1024;
/// How long taking back an upload may take.
const CANCEL_LIMIT: Duration = Duration::from_secs(5);

/// What a PUT that was answered means.
enum Put {
    /// The registry holds the blob.
    Stored,
    /// It may hold the blob; the error is what is wrong if it does not.
    Unsure(RegistryError),
}

/// How an upload goes, as seen from the stream that feeds it.
struct Upload {
    sent_bytes: u64,
    moved: Instant,
    /// Why the source stopped; the error of the connection is only what follows from it.
    failure: Option<RegistryError>,
}

impl RegistryClient {
    pub(super) async fn put_in_session(
        &self,
        path: &str,
        blob: &Descriptor,
        session: UploadSession,
        content: BlobStream,
    ) -> Result<(), RegistryError> {
        let place = session.0;
        let upload =
            Arc::new(Mutex::new(Upload { sent_bytes: 0, moved: Instant::now(), failure: None }));
        let body = feed(self.endpoint.host.clone(), blob.clone(), content, Arc::clone(&upload));
        let put = self.put_blob(path, blob, &place, body, &upload);
        let way = RequestPriority::of(blob.size_bytes);
        let sent = self.paced(Some(Action::CompleteLayerUpload), way, false, put).await;
        let (failure, sent_bytes) =
            locked(&upload, |upload| (upload.failure.take(), upload.sent_bytes));
        let error = match (failure, sent) {
            (Some(failure), _) => failure,
            (None, Ok(Put::Stored)) => return Ok(()),
            (None, Ok(Put::Unsure(error)) | Err(error)) => {
                // Another upload of the same content may have finished first, or the answer was lost
                // on its way back: what counts is what the registry holds.
                let may_hold = error.may_have_stored()
                    && (sent_bytes == blob.size_bytes || error.remedy() != Remedy::Retry);
                if may_hold && matches!(self.head_blob(path, &blob.digest).await, Ok(true)) {
                    return Ok(());
                }
                error
            }
        };
        if !matches!(error, RegistryError::UploadMoved { .. }) {
            self.cancel_upload(path, UploadSession(place)).await;
        }
        Err(error)
    }

    /// Opens an upload session, or has the registry take the blob from one of its repositories.
    /// Source: OCI distribution specification, "Mounting a blob from another repository": 201 where
    /// it was mounted, otherwise 202 and a session, which is as good as one that was asked for.
    pub(super) async fn open_upload(
        &self,
        path: &str,
        mount: Option<Mount<'_>>,
    ) -> Result<UploadStart, RegistryError> {
        let mut url = self.endpoint.below_v2(path.split('/').chain(["blobs", "uploads", ""]));
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
            // A registry that names what it mounted has it; any other is asked.
            let named = self.content_digest(headers).ok().flatten();
            let is_mounted = match named {
                Some(named) if named.algorithm() == digest.algorithm() => named == *digest,
                _ => self.head_blob(path, digest).await?,
            };
            if is_mounted {
                return Ok(UploadStart::Mounted);
            }
        }
        let place = headers.get(LOCATION).and_then(|value| value.to_str().ok());
        let place =
            place.ok_or_else(|| self.not_a_registry("it does not say where an upload goes"))?;
        let place = addresses::follow(&self.endpoint, &document.url, place)?;
        Ok(UploadStart::Session(UploadSession(place)))
    }

    async fn put_blob(
        &self,
        path: &str,
        blob: &Descriptor,
        place: &Url,
        body: impl Stream<Item = Result<Bytes, SourceStopped>> + Send + 'static,
        upload: &Mutex<Upload>,
    ) -> Result<Put, RegistryError> {
        let scope = Scope::Push(path.to_owned());
        let subject = blob_subject(path, &blob.digest);
        let host = &self.endpoint.host;
        let mut url = place.clone();
        // The address of an upload that moved names the digest already.
        if !url.query_pairs().any(|(name, _)| name == "digest") {
            url.query_pairs_mut().append_pair("digest", blob.digest.as_str());
        }
        let is_own = addresses::is_own(&self.endpoint, &url);
        let pass = if is_own { self.access.pass(&scope).await? } else { None };
        let mut request = self
            .connections
            .client_for(&self.endpoint, &url)?
            .put(url.clone())
            .header(CONTENT_TYPE, "application/octet-stream")
            .header(CONTENT_LENGTH, blob.size_bytes);
        if let Some(pass) = &pass {
            request = request.header(AUTHORIZATION, pass.header.clone());
        }
        let request = if blob.size_bytes == 0 {
            // Nothing to stream, but the source has to agree that it is nothing.
            futures_util::pin_mut!(body);
            while let Some(Ok(_)) = body.next().await {}
            if locked(upload, |upload| upload.failure.is_some()) {
                return Ok(Put::Stored);
            }
            request.body(Bytes::new())
        } else {
            request.body(reqwest::Body::wrap_stream(body))
        };
        let lost = |source| RegistryError::ConnectionLost {
            registry: host.clone(),
            subject: subject.clone(),
            received_bytes: locked(upload, |upload| upload.sent_bytes),
            source: Some(source),
        };
        let response = tokio::select! {
            answer = request.send() => match answer {
                Ok(response) => self.connections.checked(response, host)?,
                Err(error) if error.is_connect() => {
                    let failed = self.connections.sending_failed(host, &subject, error);
                    return Err(http::blame_target(failed, &self.endpoint, &url));
                }
                Err(error) => return Err(lost(Box::new(error.without_url()))),
            },
            () = standstill(upload) => return Err(lost(Box::new(Silence(STANDSTILL_LIMIT)))),
        };
        if response.status().is_success() {
            return self.stored(blob, response, &subject).await;
        }
        let moved = matches!(
            response.status(),
            StatusCode::MOVED_PERMANENTLY
                | StatusCode::FOUND
                | StatusCode::TEMPORARY_REDIRECT
                | StatusCode::PERMANENT_REDIRECT
        );
        if let Some(target) = redirect(&response).filter(|_| moved) {
            let to = addresses::follow(&self.endpoint, response.url(), &target)?;
            let (registry, session) = (host.clone(), UploadSession(to));
            return Err(RegistryError::UploadMoved { registry, session });
        }
        let offered = challenge::offered(response.headers());
        let refusal = Refusal::read(response, host, self.is_registry()).await;
        let has_login = pass.as_ref().is_some_and(|pass| pass.has_login);
        if is_own && refusal.is_about_login() {
            // The bytes are gone, so this upload has failed; the next one finds a new token.
            self.access.authenticate(&scope, offered, pass.as_ref()).await?;
        }
        Err(refusal.into_error(host, &subject, has_login))
    }

    /// What a success of the PUT means. Only 201 is the specification's, and it proves that a registry
    /// answered; anything else, and a blob that the registry names by another hash function, is
    /// looked for.
    async fn stored(
        &self,
        blob: &Descriptor,
        response: Response,
        subject: &str,
    ) -> Result<Put, RegistryError> {
        let host = &self.endpoint.host;
        let (status, headers) = (response.status(), response.headers().clone());
        let url = response.url().clone();
        // An answer that is not read to its end is none: the blob is looked for then.
        let body = http::read_body(response, ANSWER_LIMIT, host, subject).await;
        let body = body.unwrap_or(Body::TooLarge { size_bytes: 0 });
        let document = Document { status, headers, url, body };
        if let Err(error) = self.expect_registry(&document) {
            return Ok(Put::Unsure(error));
        }
        let unsure = || {
            Put::Unsure(RegistryError::Refused {
                registry: host.clone(),
                subject: subject.to_owned(),
                status: status.as_u16(),
                code: String::new(),
                message: "it accepted the blob, and does not have it under its digest".to_owned(),
            })
        };
        match self.content_digest(&document.headers).ok().flatten() {
            Some(actual) if actual == blob.digest => Ok(Put::Stored),
            Some(actual) if actual.algorithm() == blob.digest.algorithm() => {
                Err(RegistryError::DigestMismatch {
                    registry: host.clone(),
                    expected: blob.digest.clone(),
                    actual,
                })
            }
            Some(_) => Ok(unsure()),
            None if status == StatusCode::CREATED => Ok(Put::Stored),
            None => Ok(unsure()),
        }
    }

    /// Takes an upload back. Best effort: a registry removes old sessions by itself.
    pub(super) async fn cancel_upload(&self, path: &str, session: UploadSession) {
        let ask =
            RegistryRequest::new(Method::DELETE, session.0, Scope::Push(path.to_owned()), path);
        if !matches!(timeout(CANCEL_LIMIT, self.once(&ask)).await, Ok(Ok(()))) {
            tracing::debug!(registry = %self.endpoint.host, path, "an upload was not taken back");
        }
    }

    async fn once(&self, ask: &RegistryRequest) -> Result<(), RegistryError> {
        let pass = self.access.pass(&ask.scope).await?;
        self.follow(ask, pass.as_ref()).await.map(|_| ())
    }
}

/// What the connection is told when the source has failed; the reason is kept in [`Upload`].
#[derive(Debug, thiserror::Error)]
#[error("the source of the blob stopped")]
struct SourceStopped;

/// The body of the PUT. The piece that completes it goes out only when the source has ended well,
/// so that the registry never gets all bytes of a blob whose source then says it was wrong.
fn feed(
    host: RegistryHost,
    blob: Descriptor,
    content: BlobStream,
    upload: Arc<Mutex<Upload>>,
) -> impl Stream<Item = Result<Bytes, SourceStopped>> + Send + 'static {
    let start = (content, upload, 0_u64);
    let room = SendBuffer::default();
    stream::try_unfold(start, move |(mut content, upload, passed_bytes)| {
        let (host, blob, room) = (host.clone(), blob.clone(), room.clone());
        async move {
            // The source is not asked for more than the connection takes.
            room.wait().await;
            match next_piece(&host, &blob, &mut content, passed_bytes).await {
                Ok(Some(piece)) => {
                    let passed_bytes = passed_bytes + piece.len() as u64;
                    locked(&upload, |upload| {
                        upload.sent_bytes = passed_bytes;
                        upload.moved = Instant::now();
                    });
                    Ok(Some((room.take(piece), (content, upload, passed_bytes))))
                }
                Ok(None) => Ok(None),
                Err(error) => {
                    locked(&upload, |upload| upload.failure = Some(error));
                    Err(SourceStopped)
                }
            }
        }
    })
}

async fn next_piece(
    host: &RegistryHost,
    blob: &Descriptor,
    content: &mut BlobStream,
    passed_bytes: u64,
) -> Result<Option<Bytes>, RegistryError> {
    let mut last: Option<Bytes> = None;
    loop {
        let known_bytes = passed_bytes + last.as_ref().map_or(0, |last| last.len() as u64);
        match content.next().await.transpose()? {
            Some(piece) if piece.is_empty() => {}
            Some(piece) => {
                let total = known_bytes + piece.len() as u64;
                if total > blob.size_bytes {
                    return Err(wrong_size(host, blob, total));
                }
                if total < blob.size_bytes {
                    return Ok(Some(piece));
                }
                last = Some(piece);
            }
            None if known_bytes < blob.size_bytes => {
                return Err(wrong_size(host, blob, known_bytes));
            }
            None => return Ok(last),
        }
    }
}

/// Ends when the upload has stood still for too long.
async fn standstill(upload: &Mutex<Upload>) {
    loop {
        let until = locked(upload, |upload| upload.moved) + STANDSTILL_LIMIT;
        if until <= Instant::now() {
            return;
        }
        sleep_until(until).await;
    }
}

fn locked<T>(upload: &Mutex<Upload>, act: impl FnOnce(&mut Upload) -> T) -> T {
    act(&mut upload.lock().unwrap_or_else(PoisonError::into_inner))
}
