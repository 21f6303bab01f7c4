//! The interface of this crate: the operations of the OCI distribution protocol that copying images requires,
//! by what they are about, and their values. [`RegistryApi`] includes all of them. Each trait is implemented
//! where its operations are: `manifests`, `referrers`, `blobs`, `uploads`, `lists` and, for the rest, `client`.
//!
//! `path` is always the path of the repository in the registry, and `reference` a tag or a digest.

use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::Stream;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::error::RegistryError;
use crate::upload_session::UploadSession;
use transload_model::{Descriptor, Digest, RawManifest, RegistryHost, Secret, Tag};

/// The bytes of a blob. The stream ends with an error if the size or the digest differs from the
/// descriptor, so that no reader mistakes a wrong blob for a complete one.
pub type BlobStream = Pin<Box<dyn Stream<Item = Result<Bytes, RegistryError>> + Send>>;

/// A client of one registry.
#[async_trait]
pub trait RegistryApi: ManifestApi + ReferrersApi + BlobApi + UploadApi + ListApi {
    /// Returns the name of the registry in image references.
    fn host(&self) -> &RegistryHost;

    /// Returns the pull quota of the last response that contained one.
    fn pull_quota(&self) -> Option<PullQuota> {
        None
    }

    /// Discards all tokens, so that the next request asks the login source again. For use after the
    /// user may have signed in.
    fn forget_tokens(&self) {}

    /// Returns a client of the same registry that uses another login source.
    fn with_login(self: Arc<Self>, login: Arc<dyn LoginSource>) -> Arc<dyn RegistryApi>;

    /// Checks with a request to the base endpoint whether the registry accepts the login.
    async fn check_login(&self) -> Result<(), RegistryError>;
}

#[async_trait]
pub trait ManifestApi: Send + Sync {
    /// Returns digest and size of a manifest without its content, or `None` if it doesn't exist.
    async fn manifest_head(
        &self,
        path: &str,
        reference: &str,
    ) -> Result<Option<ManifestHead>, RegistryError>;

    /// Returns the bytes of a manifest. If `reference` is a digest, they are verified against it.
    async fn manifest(&self, path: &str, reference: &str) -> Result<RawManifest, RegistryError>;

    /// Stores the unchanged bytes of a manifest.
    async fn put_manifest(
        &self,
        path: &str,
        reference: &str,
        manifest: &RawManifest,
    ) -> Result<StoredManifest, RegistryError>;
}

/// Listing referrers: signatures, attestations, SBOMs.
#[async_trait]
pub trait ReferrersApi: Send + Sync {
    /// Lists the referrers of a manifest with the referrers API. Returns `None` if the registry doesn't
    /// implement it; the caller can read [`super::fallback_tag`] instead. Never waits for long.
    ///
    /// # Errors
    /// If the registry didn't respond. Whether there are referrers is unknown in that case.
    async fn referrers(
        &self,
        path: &str,
        digest: &Digest,
    ) -> Result<Option<Vec<Referrer>>, RegistryError>;
}

#[async_trait]
pub trait BlobApi: Send + Sync {
    /// Returns whether a blob exists in a repository.
    async fn has_blob(&self, path: &str, digest: &Digest) -> Result<bool, RegistryError>;

    /// Downloads a blob. The stream verifies its size and digest.
    async fn blob(&self, path: &str, blob: &Descriptor) -> Result<BlobStream, RegistryError>;

    /// Downloads a part of a blob into memory. The caller has to verify it. Returns `None` if the registry doesn't
    /// support ranges.
    async fn blob_range(
        &self,
        _path: &str,
        _digest: &Digest,
        _start: u64,
        _length: u64,
    ) -> Result<Option<Bytes>, RegistryError> {
        Ok(None)
    }
}

#[async_trait]
pub trait UploadApi: Send + Sync {
    /// Opens an upload session, or mounts the blob from another repository of the registry. Source: OCI
    /// distribution specification, "Mounting a blob from another repository": the registry responds with
    /// 201 if it mounted the blob, and otherwise with 202 and a normal upload session.
    async fn begin_upload(
        &self,
        path: &str,
        mount: Option<Mount<'_>>,
    ) -> Result<UploadStart, RegistryError>;

    /// Sends the bytes of a blob in one PUT, which ends the session. The session is cancelled if the
    /// upload fails.
    async fn send_blob(
        &self,
        path: &str,
        blob: &Descriptor,
        session: UploadSession,
        content: BlobStream,
    ) -> Result<(), RegistryError>;

    /// Cancels an upload session that is not needed. Best effort: registries remove old sessions.
    async fn abandon_upload(&self, path: &str, session: UploadSession);

    /// Uploads a blob with one POST and one PUT.
    async fn upload_blob(
        &self,
        path: &str,
        blob: &Descriptor,
        content: BlobStream,
    ) -> Result<(), RegistryError> {
        match self.begin_upload(path, None).await? {
            UploadStart::Session(session) => self.send_blob(path, blob, session, content).await,
            UploadStart::Mounted => Ok(()),
        }
    }
}

/// Lists that registries return in pages.
#[async_trait]
pub trait ListApi: Send + Sync {
    async fn tags(&self, path: &str) -> Result<Vec<Tag>, RegistryError>;

    /// Returns all repositories of the catalog, if the registry implements it.
    async fn catalog(&self) -> Result<Vec<String>, RegistryError>;
}

/// The response of a registry to a stored manifest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoredManifest {
    /// Whether the registry recorded the subject of the manifest, so that it lists the manifest as a
    /// referrer.
    pub lists_referrer: bool,
}

/// A manifest whose subject is another manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Referrer {
    pub digest: Digest,
    /// The complete descriptor of the list, including fields that are not interpreted here.
    pub json: serde_json::Value,
}

/// A blob to mount from a repository of the same registry.
#[derive(Clone, Copy, Debug)]
pub struct Mount<'a> {
    pub digest: &'a Digest,
    /// The repository to mount from. It may be the destination itself: whether the mount succeeds shows
    /// whether the blob already exists.
    pub from: &'a str,
}

/// The response to the start of an upload.
#[derive(Debug)]
pub enum UploadStart {
    /// The blob was mounted.
    Mounted,
    /// The bytes must be sent.
    Session(UploadSession),
}

/// The response to a HEAD of a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestHead {
    pub digest: Digest,
    pub media_type: Option<String>,
    pub size_bytes: Option<u64>,
    /// The pull quota of Docker Hub, if the response contained it.
    pub pull_quota: Option<PullQuota>,
}

/// The pull quota of Docker Hub, from its response headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "jobs.ts")]
pub struct PullQuota {
    #[serde(rename = "left")]
    pub remaining: u32,
    /// The number of pulls allowed in the window.
    pub limit: u32,
    pub window_seconds: u64,
}

/// The user name with which `docker login` marks an OAuth refresh token.
pub(super) const IDENTITY_TOKEN_USER: &str = "<token>";
/// The user name that marks a stored bearer token (`registrytoken`). It is sent to the registry as it
/// is and to no token server.
pub(super) const REGISTRY_TOKEN_USER: &str = "<registrytoken>";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryLogin {
    pub user: String,
    /// A password, an access token or an authorization token of ECR.
    pub password: Secret<String>,
}

impl RegistryLogin {
    /// Returns whether this is a user name with a password, and not a token of a stored login.
    pub fn is_password(&self) -> bool {
        ![IDENTITY_TOKEN_USER, REGISTRY_TOKEN_USER].contains(&self.user.as_str())
    }
}

/// Provides the login each time that a client needs it.
#[async_trait]
pub trait LoginSource: Send + Sync {
    /// Returns the login, or `None` for anonymous access.
    async fn login(&self) -> Result<Option<RegistryLogin>, RegistryError>;

    /// Renews the login, because the registry rejected the one that [`LoginSource::login`] returned.
    /// Returns whether there is a new one.
    async fn renew(&self) -> Result<bool, RegistryError>;

    /// Returns whether the login is only for the host of the registry. In that case it is not sent to a
    /// token server on another host.
    fn stays_with_registry(&self) -> bool {
        false
    }

    /// Returns the login for one repository. Sources whose logins differ by repository override it.
    async fn login_for(&self, _path: &str) -> Result<Option<RegistryLogin>, RegistryError> {
        self.login().await
    }

    /// Returns why a login that may be stored couldn't be read, if the source noticed it.
    fn problem(&self) -> Option<String> {
        None
    }
}
