//! What the rest of the engine asks of a registry.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::Stream;
use url::Url;

use crate::error::RegistryError;
use crate::token::{IDENTITY_TOKEN_USER, REGISTRY_TOKEN_USER};
use transload_model::{Descriptor, Digest, RawManifest, RegistryHost, Secret, Tag};

/// The bytes of a blob. It ends with an error, and not with its end, where the size or the digest
/// is not the promised one, so that nothing downstream can take a wrong blob for whole.
pub type BlobStream = Pin<Box<dyn Stream<Item = Result<Bytes, RegistryError>> + Send>>;

/// The OCI distribution protocol, as far as moving images needs it. `path` is the repository's
/// path inside the registry; `reference` a tag or a digest.
#[async_trait]
pub trait RegistryApi: Send + Sync {
    /// The registry's name in references.
    fn host(&self) -> &RegistryHost;

    /// The pull quota as the registry told it last; nothing where it never did.
    fn pull_quota(&self) -> Option<PullQuota> {
        None
    }

    /// Forgets what the login opened so far, so that the next request asks for the login anew: a
    /// person may have signed in meanwhile.
    fn forget_tokens(&self) {}

    /// The same registry, with the login from another source.
    fn with_login(self: Arc<Self>, login: Arc<dyn LoginSource>) -> Arc<dyn RegistryApi>;

    /// Asks the registry's base endpoint, with the login, whether it may be used.
    async fn check_login(&self) -> Result<(), RegistryError>;

    /// What a reference points to, without its bytes; nothing where it does not exist.
    async fn manifest_head(
        &self,
        path: &str,
        reference: &str,
    ) -> Result<Option<ManifestHead>, RegistryError>;

    /// A manifest as raw bytes; checked against `reference` where that is a digest.
    async fn manifest(&self, path: &str, reference: &str) -> Result<RawManifest, RegistryError>;

    /// Stores a manifest, unchanged.
    async fn put_manifest(
        &self,
        path: &str,
        reference: &str,
        manifest: &RawManifest,
    ) -> Result<Stored, RegistryError>;

    /// What refers to a manifest, by the referrers API; nothing where the registry has none, and the
    /// tag [`super::fallback_tag`] may stand in for it. It is never waited for long.
    async fn referrers(
        &self,
        path: &str,
        digest: &Digest,
    ) -> Result<Option<Vec<Referrer>>, RegistryError>;

    /// Whether a repository holds a blob.
    async fn has_blob(&self, path: &str, digest: &Digest) -> Result<bool, RegistryError>;

    /// A blob's bytes, checked on the way.
    async fn blob(&self, path: &str, blob: &Descriptor) -> Result<BlobStream, RegistryError>;

    /// Opens an upload session, or takes the blob from a repository of the same registry.
    async fn begin_upload(
        &self,
        path: &str,
        mount: Option<Mount<'_>>,
    ) -> Result<UploadStart, RegistryError>;

    /// Sends a blob's bytes in one PUT, which ends the session. A session whose blob failed is taken
    /// back.
    async fn send_blob(
        &self,
        path: &str,
        blob: &Descriptor,
        session: UploadSession,
        content: BlobStream,
    ) -> Result<(), RegistryError>;

    /// Takes back a session that is not needed. Best effort: a registry removes old ones by itself.
    async fn abandon_upload(&self, path: &str, session: UploadSession);

    /// Uploads a blob in one piece: POST and one PUT.
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

    /// Every tag of a repository, all pages.
    async fn tags(&self, path: &str) -> Result<Vec<Tag>, RegistryError>;

    /// Every repository of the catalogue, where the registry has one, all pages.
    async fn catalogue(&self) -> Result<Vec<String>, RegistryError>;
}

/// What a registry says of a manifest that it stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    /// Whether it took note of the manifest's subject, so that it will list it as a referrer.
    pub lists_referrer: bool,
}

/// A manifest that refers to another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Referrer {
    /// Its digest.
    pub digest: Digest,
    /// Its descriptor as the list has it, with all that is not read here.
    pub json: serde_json::Value,
}

/// A blob that another repository of the same registry holds.
#[derive(Clone, Copy, Debug)]
pub struct Mount<'a> {
    /// The blob.
    pub digest: &'a Digest,
    /// The repository that holds it. It may be the destination itself: a registry that mounts says
    /// so whether the blob is there already.
    pub from: &'a str,
}

/// What an upload begins with.
#[derive(Debug)]
pub enum UploadStart {
    /// The repository holds the blob now.
    Mounted,
    /// The bytes are to be sent.
    Session(UploadSession),
}

/// A place to send a blob's bytes to, once. Its address may be a signed one and is not shown.
pub struct UploadSession(pub(super) Url);

impl fmt::Debug for UploadSession {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("UploadSession")
    }
}

#[cfg(any(test, feature = "testing"))]
impl UploadSession {
    /// A session of a registry in memory.
    pub fn fake() -> Self {
        #[allow(clippy::unwrap_used, reason = "a constant")]
        Self(Url::parse("http://fake.invalid/").unwrap())
    }
}

/// What a HEAD of a manifest tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestHead {
    /// Its digest.
    pub digest: Digest,
    /// Its media type.
    pub media_type: Option<String>,
    /// Its size in bytes.
    pub size_bytes: Option<u64>,
    /// Docker Hub's pull quota, where the answer carried it.
    pub pull_quota: Option<PullQuota>,
}

/// Docker Hub's pull quota as its headers tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PullQuota {
    /// Pulls in a window.
    pub limit: u32,
    /// Pulls left.
    pub remaining: u32,
    /// Length of the window in seconds.
    pub window_seconds: u64,
}

/// A user name and a password or token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryLogin {
    /// The user name.
    pub user: String,
    /// The password, access token or ECR token.
    pub password: Secret<String>,
}

impl RegistryLogin {
    /// Whether it is a user name and a password, and not a token that a stored login is marked as.
    pub fn is_password(&self) -> bool {
        ![IDENTITY_TOKEN_USER, REGISTRY_TOKEN_USER].contains(&self.user.as_str())
    }
}

/// Where a client gets its login from, each time it needs one.
#[async_trait]
pub trait LoginSource: Send + Sync {
    /// The login to use now; nothing for anonymous access.
    async fn login(&self) -> Result<Option<RegistryLogin>, RegistryError>;

    /// The registry refused the login that [`LoginSource::login`] gave: get a new one where that
    /// can be done. Tells whether there is a new one.
    async fn renew(&self) -> Result<bool, RegistryError>;

    /// Whether the login is for the registry's own host alone. Then no token address at another host
    /// gets it, whatever the registry's challenge names.
    fn stays_with_registry(&self) -> bool {
        false
    }

    /// The login for one repository, by its path, for a source whose logins differ by repository.
    async fn login_for(&self, _path: &str) -> Result<Option<RegistryLogin>, RegistryError> {
        self.login().await
    }

    /// Why the source has no login although one may be stored, if it found out so far.
    fn problem(&self) -> Option<String> {
        None
    }
}
