//! Checks 9 and 10: where an upload goes, and how large it may be. The upload is cancelled, and nothing is stored.

use bytes::Bytes;
use transload_network::ExchangeError;
use url::Url;

use crate::checks::connection::ConnectedServer;
use crate::checks::content::split_image;
use crate::checks::login::{Access, authority};
use crate::diagnosis::{CheckId, NameDiagnosisRequest};
use crate::examination::Findings;
use crate::finding::{Finding, SkipReason};
use crate::probe::RequestContent;

/// The size of the test upload: larger than the default body limit of nginx, 1 MiB.
const UPLOAD_BYTES: usize = 2 << 20;

/// Starts an upload, sends 2 MiB, and cancels it.
pub(crate) async fn check(
    connected: &ConnectedServer,
    access: &Access,
    request: &NameDiagnosisRequest,
    findings: &mut Findings<'_>,
) {
    let both = [CheckId::Upload, CheckId::UploadSize];
    if !request.with_upload {
        findings.skip(&both, SkipReason::UploadNotAllowed);
        return;
    }
    let image = request.image.as_deref().map(str::trim).filter(|image| !image.is_empty());
    let Some(image) = image else {
        findings.skip(&both, SkipReason::NoImage);
        return;
    };
    let (repository, _) = split_image(image);
    let url = connected.url(&format!("/v2/{repository}/blobs/uploads/"));
    let (finding, location) = start(connected, access, &url).await;
    findings.add(CheckId::Upload, finding);
    let Some(location) = location else {
        findings.skip(&[CheckId::UploadSize], SkipReason::NoUpload);
        return;
    };
    findings.add(CheckId::UploadSize, send_bytes(connected, access, &location).await);
    cancel(connected, access, &location).await;
}

/// Starts an upload. Returns its location if it is at the name.
async fn start(connected: &ConnectedServer, access: &Access, url: &Url) -> (Finding, Option<Url>) {
    let answer = match connected.probe.send("POST", url, content(access, Some(Bytes::new()))).await
    {
        Ok(answer) => answer,
        Err(error) => return (Finding::Unreachable { detail: error.to_string() }, None),
    };
    let location = answer.location(url);
    if answer.is_redirect() {
        let host = location.map_or_else(String::new, |url| authority(&url));
        return (Finding::UploadRedirects { host }, None);
    }
    match answer.status {
        202 => {}
        403 => return (Finding::UploadDenied, None),
        405 => return (Finding::UploadNotAllowed, None),
        status => return (Finding::UploadFailed { status }, None),
    }
    let Some(location) = location else {
        return (Finding::UploadFailed { status: answer.status }, None);
    };
    let (here, there) = (&connected.base, &location);
    let host = authority(there);
    let is_registry = access
        .registry
        .as_ref()
        .is_some_and(|behind| behind.host().as_str() == host || authority(&behind.url()) == host);
    // The registry can be on the same host, as in practice mode.
    if is_registry && host != authority(here) {
        return (Finding::UploadBypassesName { host }, None);
    }
    if here.host_str() != there.host_str() {
        return (Finding::UploadGoesElsewhere { host }, None);
    }
    if here.scheme() != there.scheme() {
        return (Finding::UploadLosesScheme, None);
    }
    if here.port_or_known_default() != there.port_or_known_default() {
        return (Finding::UploadLosesPort { location: host }, None);
    }
    (Finding::UploadStaysAtName, Some(location))
}

async fn send_bytes(connected: &ConnectedServer, access: &Access, location: &Url) -> Finding {
    let body = Bytes::from(vec![0; UPLOAD_BYTES]);
    match connected.probe.send("PATCH", location, content(access, Some(body))).await {
        Ok(answer) if answer.is_success() => Finding::SizeAccepted,
        Ok(answer) if answer.status == 413 => Finding::SizeLimited,
        Ok(answer) if matches!(answer.status, 408 | 504) => Finding::SizeTimedOut,
        Ok(answer) => Finding::SizeFailed { status: answer.status },
        Err(ExchangeError::TimedOut) => Finding::SizeTimedOut,
        // A server that refuses a body can close the connection before it was read.
        Err(_) => Finding::SizeLimited,
    }
}

/// Cancels the upload. One that stays expires by itself.
async fn cancel(connected: &ConnectedServer, access: &Access, location: &Url) {
    if let Err(error) = connected.probe.send("DELETE", location, content(access, None)).await {
        tracing::debug!(%error, "couldn't cancel the test upload");
    }
}

fn content(access: &Access, body: Option<Bytes>) -> RequestContent<'_> {
    RequestContent { accept: None, credentials: access.credentials.as_ref(), body }
}
