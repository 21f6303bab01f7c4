//! An in-memory registry.

mod content;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::testing::crash::{CrashPoint, CrashTiming};
use transload_model::{Descriptor, Digest, RawManifest, RegistryHost, Tag};
use transload_registry::{
    BlobApi, BlobStream, ListApi, LoginSource, ManifestApi, ManifestHead, Mount, PullQuota,
    Referrer, ReferrersApi, RegistryApi, RegistryError, StoredManifest, UploadApi, UploadSession,
    UploadStart,
};

type ContentKey = (String, String);

/// An in-memory registry. Like a real one, it accepts a manifest only if all its blobs or children exist.
pub struct FakeRegistry {
    host: RegistryHost,
    manifests: Mutex<HashMap<ContentKey, RawManifest>>,
    blobs: Mutex<HashMap<ContentKey, Bytes>>,
    /// Manifest writes, in order.
    pub stored: Mutex<Vec<String>>,
    /// Blob uploads as `repository@digest`, in order.
    pub uploads: Mutex<Vec<String>>,
    /// Blobs whose next downloads are interrupted, with the number of interruptions.
    pub breaking: Mutex<HashMap<Digest, u32>>,
    /// Blobs whose download never ends.
    pub endless: Mutex<HashSet<Digest>>,
    /// Whether it supports the referrers API.
    pub lists_referrers: bool,
    /// Whether it mounts blobs from other repositories.
    pub mounts: bool,
    /// Whether it mounts a blob only from a repository that has a manifest with it, as ECR does.
    pub mounts_only_referenced: bool,
    /// Repositories with another encryption: nothing is mounted from or to them.
    pub unmountable: Mutex<HashSet<String>>,
    /// Immutable tags.
    pub immutable: Mutex<HashSet<String>>,
    /// Number of manifest pulls until the quota is used up. `None` for no quota.
    pub pulls_left: Mutex<Option<u32>>,
    /// The source of the login for writes.
    login: Mutex<Option<Arc<dyn LoginSource>>>,
    /// Number of requests after which it refuses the current login once, so that the login is renewed.
    pub refuses_login_after: Mutex<Option<u32>>,
    /// The manifest write at which the process crashes.
    pub crash: CrashPoint,
    /// A change by another client after a number of blob uploads.
    pub after_blobs: Mutex<Option<(u32, OtherWriter)>>,
    /// HEAD requests for manifests as `repository:reference`, in order.
    pub heads: Mutex<Vec<String>>,
    /// Renewal of the quota: the number of checks before it, and the pulls that it allows.
    pub quota_renewal: Mutex<Option<(u32, u32)>>,
}

/// Another client that changes the registry.
pub type OtherWriter = Box<dyn FnOnce(&FakeRegistry) + Send>;

impl FakeRegistry {
    pub fn new(host: &str) -> Self {
        Self {
            host: RegistryHost::parse(host).unwrap(),
            manifests: Mutex::default(),
            blobs: Mutex::default(),
            stored: Mutex::default(),
            uploads: Mutex::default(),
            breaking: Mutex::default(),
            endless: Mutex::default(),
            lists_referrers: true,
            mounts: true,
            mounts_only_referenced: false,
            unmountable: Mutex::default(),
            immutable: Mutex::default(),
            pulls_left: Mutex::default(),
            login: Mutex::default(),
            refuses_login_after: Mutex::default(),
            quota_renewal: Mutex::default(),
            crash: CrashPoint::default(),
            after_blobs: Mutex::default(),
            heads: Mutex::default(),
        }
    }

    fn missing(&self, subject: String) -> RegistryError {
        let registry = self.host.clone();
        RegistryError::Missing { registry, subject, repository: false, message: None }
    }

    /// Authorizes a request. Like a real client, renews the login if the registry refuses it.
    async fn authorize(&self) -> Result<(), RegistryError> {
        let login = self.login.lock().unwrap().clone();
        let is_refused = match self.refuses_login_after.lock().unwrap().as_mut() {
            Some(0) => true,
            Some(requests) => {
                *requests -= 1;
                false
            }
            None => false,
        };
        if is_refused && let Some(login) = login {
            *self.refuses_login_after.lock().unwrap() = None;
            login.renew().await?;
        }
        Ok(())
    }

    fn lost(&self, subject: &str) -> RegistryError {
        let (registry, subject) = (self.host.clone(), subject.to_owned());
        RegistryError::ConnectionLost { registry, subject, received_bytes: 1, source: None }
    }
}

#[async_trait]
impl RegistryApi for FakeRegistry {
    fn host(&self) -> &RegistryHost {
        &self.host
    }

    async fn check_login(&self) -> Result<(), RegistryError> {
        self.authorize().await
    }

    fn pull_quota(&self) -> Option<PullQuota> {
        let remaining = (*self.pulls_left.lock().unwrap())?;
        Some(PullQuota { limit: 100, remaining, window_seconds: 21_600 })
    }

    fn with_login(self: Arc<Self>, login: Arc<dyn LoginSource>) -> Arc<dyn RegistryApi> {
        *self.login.lock().unwrap() = Some(login);
        self
    }

    fn forget_tokens(&self) {
        let mut renewal = self.quota_renewal.lock().unwrap();
        match renewal.as_mut() {
            Some((0, pulls)) => {
                *self.pulls_left.lock().unwrap() = Some(*pulls);
                *renewal = None;
            }
            Some((checks, _)) => *checks -= 1,
            None => {}
        }
    }
}

#[async_trait]
impl ManifestApi for FakeRegistry {
    async fn manifest_head(
        &self,
        path: &str,
        reference: &str,
    ) -> Result<Option<ManifestHead>, RegistryError> {
        self.heads.lock().unwrap().push(format!("{path}:{reference}"));
        let key = (path.to_owned(), reference.to_owned());
        let found = self.manifests.lock().unwrap().get(&key).cloned();
        Ok(found.map(|raw| ManifestHead {
            digest: raw.digest().clone(),
            media_type: Some(raw.media_type().to_owned()),
            size_bytes: None,
            pull_quota: self.pull_quota(),
        }))
    }

    async fn manifest(&self, path: &str, reference: &str) -> Result<RawManifest, RegistryError> {
        if let Some(left) = self.pulls_left.lock().unwrap().as_mut() {
            if *left == 0 {
                let registry = self.host.clone();
                return Err(RegistryError::PullQuotaUsedUp { registry, retry_after: None });
            }
            *left -= 1;
        }
        let key = (path.to_owned(), reference.to_owned());
        let found = self.manifests.lock().unwrap().get(&key).cloned();
        found.ok_or_else(|| self.missing(format!("{path}:{reference}")))
    }

    async fn put_manifest(
        &self,
        path: &str,
        reference: &str,
        manifest: &RawManifest,
    ) -> Result<StoredManifest, RegistryError> {
        self.authorize().await?;
        if self.immutable.lock().unwrap().contains(reference) {
            let (registry, subject) = (self.host.clone(), format!("{path}:{reference}"));
            return Err(RegistryError::TagImmutable { registry, subject, message: None });
        }
        let is_complete = match manifest.parse().unwrap() {
            transload_model::Manifest::Image(image) => {
                let blobs = self.blobs.lock().unwrap();
                let exists = |blob: &Descriptor| {
                    blobs.contains_key(&(path.to_owned(), blob.digest.to_string()))
                };
                exists(&image.config) && image.layers.iter().all(exists)
            }
            transload_model::Manifest::Index(index) => index
                .manifests
                .iter()
                .all(|child| self.digest(path, child.digest.as_str()).is_some()),
        };
        if !is_complete {
            return Err(self.missing("a blob or child of the manifest".to_owned()));
        }
        let call = format!("tag {reference}");
        self.crash.pass(&call, CrashTiming::Before).await;
        self.stored.lock().unwrap().push(reference.to_owned());
        let json = String::from_utf8(manifest.bytes().to_vec()).unwrap();
        self.put_raw(path, Some(reference), json);
        self.crash.pass(&call, CrashTiming::After).await;
        Ok(StoredManifest { lists_referrer: self.lists_referrers })
    }
}

#[async_trait]
impl ReferrersApi for FakeRegistry {
    async fn referrers(
        &self,
        path: &str,
        digest: &Digest,
    ) -> Result<Option<Vec<Referrer>>, RegistryError> {
        if !self.lists_referrers {
            return Ok(None);
        }
        let manifests = self.manifests.lock().unwrap();
        let of_path =
            manifests.iter().filter(|((other, name), _)| other == path && name.contains(':'));
        let subject_of = |raw: &RawManifest| match raw.parse().unwrap() {
            transload_model::Manifest::Image(image) => image.subject,
            transload_model::Manifest::Index(index) => index.subject,
        };
        let found = of_path
            .filter(|(_, raw)| subject_of(raw).is_some_and(|subject| subject.digest == *digest));
        let listed = found.map(|(_, raw)| Referrer {
            digest: raw.digest().clone(),
            json: serde_json::json!({"digest": raw.digest().as_str(), "mediaType": raw.media_type(), "size": raw.bytes().len()}),
        });
        Ok(Some(listed.collect()))
    }
}

#[async_trait]
impl BlobApi for FakeRegistry {
    async fn has_blob(&self, path: &str, digest: &Digest) -> Result<bool, RegistryError> {
        let key = (path.to_owned(), digest.to_string());
        Ok(self.blobs.lock().unwrap().contains_key(&key))
    }

    async fn blob(&self, path: &str, blob: &Descriptor) -> Result<BlobStream, RegistryError> {
        let key = (path.to_owned(), blob.digest.to_string());
        let bytes = self.blobs.lock().unwrap().get(&key).cloned();
        let bytes = bytes.ok_or_else(|| self.missing(blob.digest.to_string()))?;
        if self.endless.lock().unwrap().contains(&blob.digest) {
            return Ok(Box::pin(stream::iter([Ok(bytes)]).chain(stream::pending())));
        }
        if let Some(left) = self.breaking.lock().unwrap().get_mut(&blob.digest)
            && *left > 0
        {
            *left -= 1;
            let first = bytes.slice(..1);
            return Ok(Box::pin(stream::iter([Ok(first), Err(self.lost(blob.digest.as_str()))])));
        }
        Ok(Box::pin(stream::iter([Ok(bytes)])))
    }
}

#[async_trait]
impl UploadApi for FakeRegistry {
    async fn begin_upload(
        &self,
        path: &str,
        mount: Option<Mount<'_>>,
    ) -> Result<UploadStart, RegistryError> {
        if let Some(Mount { digest, from }) = mount.filter(|mount| self.may_mount(path, mount)) {
            let mut blobs = self.blobs.lock().unwrap();
            let found = blobs.get(&(from.to_owned(), digest.to_string())).cloned();
            if let Some(bytes) = found {
                blobs.insert((path.to_owned(), digest.to_string()), bytes);
                return Ok(UploadStart::Mounted);
            }
        }
        Ok(UploadStart::Session(UploadSession::fake()))
    }

    async fn send_blob(
        &self,
        path: &str,
        blob: &Descriptor,
        _session: UploadSession,
        content: BlobStream,
    ) -> Result<(), RegistryError> {
        self.authorize().await?;
        let chunks: Vec<Bytes> = content.try_collect().await?;
        self.uploads.lock().unwrap().push(format!("{path}@{}", blob.digest));
        let key = (path.to_owned(), blob.digest.to_string());
        self.blobs.lock().unwrap().insert(key, Bytes::from(chunks.concat()));
        let change = {
            let mut after = self.after_blobs.lock().unwrap();
            if let Some((left, _)) = after.as_mut() {
                *left -= 1;
            }
            after.take_if(|(left, _)| *left == 0)
        };
        if let Some((_, change)) = change {
            change(self);
        }
        Ok(())
    }

    async fn abandon_upload(&self, _path: &str, _session: UploadSession) {}
}

#[async_trait]
impl ListApi for FakeRegistry {
    async fn tags(&self, path: &str) -> Result<Vec<Tag>, RegistryError> {
        let manifests = self.manifests.lock().unwrap();
        let tags = manifests.keys().filter(|(other, name)| other == path && !name.contains(':'));
        Ok(tags.map(|(_, name)| Tag::parse(name).unwrap()).collect())
    }

    async fn catalog(&self) -> Result<Vec<String>, RegistryError> {
        Ok(Vec::new())
    }
}
