mod content;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::testing::crash::{CrashPoint, When};
use transload_model::{Descriptor, Digest, RawManifest, RegistryHost, Tag};
use transload_registry::{
    BlobApi, BlobStream, ListApi, LoginSource, ManifestApi, ManifestHead, Mount, PullQuota,
    Referrer, ReferrersApi, RegistryApi, RegistryError, StoredManifest, UploadApi, UploadSession,
    UploadStart,
};

type ContentKey = (String, String);

/// A registry in memory. Like a real one it takes a manifest only with everything that it names.
pub struct FakeRegistry {
    host: RegistryHost,
    manifests: Mutex<HashMap<ContentKey, RawManifest>>,
    blobs: Mutex<HashMap<ContentKey, Bytes>>,
    /// Manifest writes, in order.
    pub stored: Mutex<Vec<String>>,
    /// Blob uploads as `repository@digest`, in order.
    pub uploads: Mutex<Vec<String>>,
    /// Blobs whose next download breaks in the middle.
    pub breaking: Mutex<HashMap<Digest, u32>>,
    /// Blobs that never end.
    pub endless: Mutex<HashSet<Digest>>,
    /// Whether it takes note of what refers to what.
    pub lists_referrers: bool,
    /// Whether it takes blobs from its other repositories.
    pub mounts: bool,
    /// Whether it mounts a blob only from a repository in which a manifest names it, as ECR does.
    pub mounts_named: bool,
    /// Repositories with another encryption: nothing is mounted from or to them.
    pub unmountable: Mutex<HashSet<String>>,
    /// Tags that may not move.
    pub immutable: Mutex<HashSet<String>>,
    /// Manifests that it gives before its quota is used up; nothing for no quota.
    pub pulls_left: Mutex<Option<u32>>,
    /// Where it takes its login from before it takes a manifest or a layer.
    login: Mutex<Option<Arc<dyn LoginSource>>>,
    /// Requests after which it refuses the login that it got, once, so that it is renewed.
    pub refuses_login_after: Mutex<Option<u32>>,
    /// Where the process ends, in a write of a manifest.
    pub crash: CrashPoint,
    /// What somebody else does when so many blobs have arrived.
    pub after_blobs: Mutex<Option<(u32, OtherWriter)>>,
    /// Looks at the digest of a manifest, in order.
    pub heads: Mutex<Vec<String>>,
    /// Manifests that it gives anew once somebody has looked so often.
    pub renewed_after_looks: Mutex<Option<(u32, u32)>>,
}

/// Somebody else, who changes the registry at a moment.
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
            mounts_named: false,
            unmountable: Mutex::default(),
            immutable: Mutex::default(),
            pulls_left: Mutex::default(),
            login: Mutex::default(),
            refuses_login_after: Mutex::default(),
            renewed_after_looks: Mutex::default(),
            crash: CrashPoint::default(),
            after_blobs: Mutex::default(),
            heads: Mutex::default(),
        }
    }

    fn missing(&self, subject: String) -> RegistryError {
        let registry = self.host.clone();
        RegistryError::Missing { registry, subject, repository: false, message: None }
    }

    /// Lets a request in; as a real client does, with a renewed login where the one at hand is refused.
    async fn admit(&self) -> Result<(), RegistryError> {
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
        self.admit().await
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
        let mut renewal = self.renewed_after_looks.lock().unwrap();
        match renewal.as_mut() {
            Some((0, pulls)) => {
                *self.pulls_left.lock().unwrap() = Some(*pulls);
                *renewal = None;
            }
            Some((looks, _)) => *looks -= 1,
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
        let place = (path.to_owned(), reference.to_owned());
        let held = self.manifests.lock().unwrap().get(&place).cloned();
        Ok(held.map(|raw| ManifestHead {
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
        let place = (path.to_owned(), reference.to_owned());
        let found = self.manifests.lock().unwrap().get(&place).cloned();
        found.ok_or_else(|| self.missing(format!("{path}:{reference}")))
    }

    async fn put_manifest(
        &self,
        path: &str,
        reference: &str,
        manifest: &RawManifest,
    ) -> Result<StoredManifest, RegistryError> {
        self.admit().await?;
        if self.immutable.lock().unwrap().contains(reference) {
            let (registry, subject) = (self.host.clone(), format!("{path}:{reference}"));
            return Err(RegistryError::TagImmutable { registry, subject, message: None });
        }
        let named = match manifest.read().unwrap() {
            transload_model::Manifest::Image(image) => {
                let blobs = self.blobs.lock().unwrap();
                let held = |blob: &Descriptor| {
                    blobs.contains_key(&(path.to_owned(), blob.digest.to_string()))
                };
                held(&image.config) && image.layers.iter().all(held)
            }
            transload_model::Manifest::Index(index) => {
                index.manifests.iter().all(|child| self.held(path, child.digest.as_str()).is_some())
            }
        };
        if !named {
            return Err(self.missing("what the manifest names".to_owned()));
        }
        let call = format!("tag {reference}");
        self.crash.pass(&call, When::Before).await;
        self.stored.lock().unwrap().push(reference.to_owned());
        let json = String::from_utf8(manifest.bytes().to_vec()).unwrap();
        self.put_raw(path, Some(reference), json);
        self.crash.pass(&call, When::After).await;
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
            manifests.iter().filter(|((held, name), _)| held == path && name.contains(':'));
        let subject_of = |raw: &RawManifest| match raw.read().unwrap() {
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
        let place = (path.to_owned(), digest.to_string());
        Ok(self.blobs.lock().unwrap().contains_key(&place))
    }

    async fn blob(&self, path: &str, blob: &Descriptor) -> Result<BlobStream, RegistryError> {
        let place = (path.to_owned(), blob.digest.to_string());
        let bytes = self.blobs.lock().unwrap().get(&place).cloned();
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
            let held = blobs.get(&(from.to_owned(), digest.to_string())).cloned();
            if let Some(bytes) = held {
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
        self.admit().await?;
        let chunks: Vec<Bytes> = content.try_collect().await?;
        self.uploads.lock().unwrap().push(format!("{path}@{}", blob.digest));
        let place = (path.to_owned(), blob.digest.to_string());
        self.blobs.lock().unwrap().insert(place, Bytes::from(chunks.concat()));
        let act = {
            let mut after = self.after_blobs.lock().unwrap();
            if let Some((left, _)) = after.as_mut() {
                *left -= 1;
            }
            after.take_if(|(left, _)| *left == 0)
        };
        if let Some((_, act)) = act {
            act(self);
        }
        Ok(())
    }

    async fn abandon_upload(&self, _path: &str, _session: UploadSession) {}
}

#[async_trait]
impl ListApi for FakeRegistry {
    async fn tags(&self, path: &str) -> Result<Vec<Tag>, RegistryError> {
        let manifests = self.manifests.lock().unwrap();
        let tags = manifests.keys().filter(|(held, name)| held == path && !name.contains(':'));
        Ok(tags.map(|(_, name)| Tag::parse(name).unwrap()).collect())
    }

    async fn catalog(&self) -> Result<Vec<String>, RegistryError> {
        Ok(Vec::new())
    }
}
