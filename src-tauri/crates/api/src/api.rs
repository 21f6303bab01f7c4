//! [`Api`] itself: how it is started, what it holds from one call to the next, and how it shuts down. The
//! calls are in `handlers`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use tokio::sync::mpsc::Receiver;
use transload_aws::AwsEnvironment;
use transload_contract::LoginClient;
use transload_docker::DockerEnvironment;
use transload_docker::client_login::ClientLoginUndo;
use transload_errors::ApiError;
use transload_manifest_cache::{DocumentCache, ImageLists};
use transload_migration::MigrationRequest;
use transload_migration::journal::Journal;
use transload_model::{RegistryHost, now_ms};
use transload_network::{CaOrigin, Network};
use transload_practice::Practice;

use crate::jobs::state::JobUpdate;
use crate::jobs::store::JobStore;
use crate::locks::locked;
use crate::stores::blob_mounting::BlobMounting;
use crate::stores::cache_prefixes::CachePrefixes;
use crate::stores::cancellable_calls::CancellableCalls;
use crate::stores::connections::ConnectionStore;
use crate::stores::counterparts::KnownCounterparts;
use crate::stores::in_use::InUse;
use crate::stores::listings::Listings;
use crate::stores::logins::{CurrentLogin, EnteredLogin, Logins};
use crate::stores::open_clients::OpenClients;
use crate::stores::plans::{PlanEndpoints, PlanStore};
use crate::stores::ready_changes::{ReadyChanges, ReadyDeletion, ReadyRestore, ReadyUndo};
use crate::stores::repository_settings::KnownSettings;
use crate::stores::sign_ins::SignIns;
use crate::stores::source_dates::SourceDates;

/// The journal's file in the data folder.
const JOURNAL: &str = "journal.sqlite";

/// The cache of manifests in the data folder.
const DOCUMENTS: &str = "manifests.sqlite";

/// The file of the lists of images in the data folder.
const IMAGE_LISTS: &str = "image-lists-2.sqlite";

/// How long [`Api::shutdown`] waits for the migrations that it cancels.
const LAST_WAIT: Duration = Duration::from_secs(3);

/// The longest time that [`Api::shutdown`] takes: the wait for migrations, then for the servers of
/// practice mode.
pub const SHUTDOWN_LIMIT: Duration = LAST_WAIT.saturating_add(transload_practice::STOP_LIMIT);

/// How the program was started, and where it runs.
#[derive(Clone, Debug)]
pub struct ApiOptions {
    /// The folder with the journal and the data of practice mode.
    pub data_folder: PathBuf,
    /// The AWS configuration of this computer.
    pub aws: AwsEnvironment,
    /// The Docker configuration of this computer.
    pub docker: DockerEnvironment,
    /// How often a used-up pull quota is checked again. `None` for the default.
    pub quota_check_interval: Option<Duration>,
}

impl ApiOptions {
    /// Returns options with the configuration of this computer.
    pub fn from_process(data_folder: PathBuf) -> Self {
        Self {
            data_folder,
            aws: AwsEnvironment::from_process(),
            docker: DockerEnvironment::from_process(),
            quota_check_interval: None,
        }
    }
}

/// Everything that the window and the command line can do. Clones are cheap and share their state.
/// The calls are in `handlers`, one file per subject.
#[derive(Clone)]
pub struct Api {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub options: ApiOptions,
    pub jobs: JobStore,
    pub plans: PlanStore,
    pub cancellable_calls: CancellableCalls,
    pub undos: ReadyChanges<ReadyUndo>,
    pub deletions: ReadyChanges<ReadyDeletion>,
    pub restores: ReadyChanges<ReadyRestore>,
    /// The request of each job, to retry its failed images.
    pub requests: Mutex<HashMap<String, JobRequest>>,
    pub connections: ConnectionStore,
    pub practice: tokio::sync::Mutex<Option<Practice>>,
    pub journal: tokio::sync::OnceCell<Journal>,
    documents: OnceLock<Arc<DocumentCache>>,
    image_lists: OnceLock<Arc<ImageLists>>,
    pub listings: Listings,
    pub in_use: InUse,
    pub blob_mounting: BlobMounting,
    pub cache_prefixes: CachePrefixes,
    pub repository_settings: KnownSettings,
    /// Changes of the logins of `docker` and Podman, in order.
    pub client_login_undos: tokio::sync::Mutex<HashMap<ClientOfRegistry, Vec<ClientLoginUndo>>>,
    engine_address: Mutex<Option<String>>,
    practice_is_large: AtomicBool,
    pub logins: Logins,
    pub open_clients: OpenClients,
    pub counterparts: KnownCounterparts,
    pub source_dates: SourceDates,
    /// The network with the CA file that the user chose.
    network: Mutex<Network>,
    pub sign_ins: SignIns,
    next_id: AtomicU64,
}

pub(crate) type ClientOfRegistry = (LoginClient, RegistryHost);

/// The request of a job, with its open endpoints.
#[derive(Clone)]
pub(crate) struct JobRequest {
    pub request: Arc<MigrationRequest>,
    /// The request of the caller.
    pub shown: Arc<transload_contract::MigrationRequest>,
    pub endpoints: PlanEndpoints,
    pub part: Option<transload_contract::ReportPart>,
}

impl Api {
    /// Creates the api. Nothing is opened or read until the first call.
    pub fn new(options: ApiOptions) -> Self {
        let logins = Logins::new(&options.data_folder);
        let network = Mutex::new(options.aws.network().clone());
        let inner = Inner {
            options,
            jobs: JobStore::default(),
            plans: PlanStore::default(),
            cancellable_calls: CancellableCalls::default(),
            undos: ReadyChanges::default(),
            deletions: ReadyChanges::default(),
            restores: ReadyChanges::default(),
            requests: Mutex::default(),
            connections: ConnectionStore::default(),
            practice: tokio::sync::Mutex::default(),
            journal: tokio::sync::OnceCell::new(),
            documents: OnceLock::new(),
            image_lists: OnceLock::new(),
            listings: Listings::default(),
            in_use: InUse::default(),
            blob_mounting: BlobMounting::default(),
            cache_prefixes: CachePrefixes::default(),
            repository_settings: KnownSettings::default(),
            client_login_undos: tokio::sync::Mutex::default(),
            engine_address: Mutex::default(),
            practice_is_large: AtomicBool::default(),
            logins,
            open_clients: OpenClients::default(),
            counterparts: KnownCounterparts::default(),
            source_dates: SourceDates::default(),
            network,
            sign_ins: SignIns::default(),
            next_id: AtomicU64::new(1),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Returns the manifests and configurations that were read before, which is opened with the first call.
    pub(crate) fn documents(&self) -> Arc<DocumentCache> {
        let open =
            || Arc::new(DocumentCache::open(&self.inner.options.data_folder.join(DOCUMENTS)));
        Arc::clone(self.inner.documents.get_or_init(open))
    }

    /// Returns the lists of images of all repositories, which are opened with the first call.
    pub(crate) fn image_lists(&self) -> Arc<ImageLists> {
        let open = || Arc::new(ImageLists::open(&self.inner.options.data_folder.join(IMAGE_LISTS)));
        Arc::clone(self.inner.image_lists.get_or_init(open))
    }

    /// Whether a job, an undo or a deletion is running.
    pub fn jobs_running(&self) -> bool {
        self.inner.jobs.any_runs()
            || self.inner.undos.any_runs()
            || self.inner.deletions.any_runs()
            || self.inner.restores.any_runs()
    }

    /// Returns a channel with the updates of all jobs from now on: which ones copy images, and the
    /// reports of those that finish. A new channel replaces the previous one.
    pub fn job_updates(&self) -> Receiver<JobUpdate> {
        self.inner.jobs.updates()
    }

    /// Sets the engine address that takes precedence over all others. `None` removes it.
    pub fn engine_address_set(&self, address: Option<String>) {
        *locked(&self.inner.engine_address) = address.filter(|address| !address.trim().is_empty());
    }

    /// Sets whether the practice account belongs to an organization with a large number of
    /// repositories.
    pub fn practice_large_set(&self, large: bool) {
        self.inner.practice_is_large.store(large, Ordering::Relaxed);
    }

    /// Trusts the certificate authorities of a file in addition to those of the system, for new
    /// connections. `None` removes the file. `network_status` reports a file that can't be used.
    pub fn ca_file_set(&self, path: Option<&str>) {
        let started_with = self.inner.options.aws.network();
        *locked(&self.inner.network) = match path.map(str::trim).filter(|path| !path.is_empty()) {
            Some(path) => started_with.with_ca_file(CaOrigin::Settings, Path::new(path)),
            None => started_with.clone(),
        };
        self.inner.open_clients.forget_all();
    }

    /// Returns the network of new connections.
    pub(crate) fn network(&self) -> Network {
        locked(&self.inner.network).clone()
    }

    /// Returns the AWS configuration of this computer, with the current network.
    pub(crate) fn aws_environment(&self) -> AwsEnvironment {
        self.inner.options.aws.clone().with_network(self.network())
    }

    /// Cancels everything that runs, and stops the servers of practice mode.
    pub async fn shutdown(&self) {
        self.inner.jobs.cancel_all();
        self.inner.sign_ins.cancel_all();
        self.inner.undos.stop_all();
        self.inner.deletions.stop_all();
        self.inner.restores.stop_all();
        // Their end is entered in the journal; a program that does not wait for it leaves them as
        // interrupted, which costs nothing but a question.
        let ends = async {
            while self.jobs_running() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let _ = tokio::time::timeout(LAST_WAIT, ends).await;
        if let Some(practice) = self.inner.practice.lock().await.take()
            && let Err(error) = practice.stop().await
        {
            tracing::warn!(%error, "practice mode ended without saving");
        }
    }

    /// Returns the journal, which the first call opens. If opening fails, the next call tries
    /// again.
    pub(crate) async fn journal(&self) -> Result<&Journal, ApiError> {
        let path = self.inner.options.data_folder.join(JOURNAL);
        Ok(self.inner.journal.get_or_try_init(|| Journal::open(path)).await?)
    }

    pub(crate) fn practice_is_large(&self) -> bool {
        self.inner.practice_is_large.load(Ordering::Relaxed)
    }

    pub(crate) fn engine_address(&self) -> Option<String> {
        locked(&self.inner.engine_address).clone()
    }

    /// Returns the login that the user entered for a registry, now or in an earlier run with the
    /// keychain.
    pub(crate) async fn own_login(&self, registry: &RegistryHost) -> Option<EnteredLogin> {
        self.inner.logins.get(registry).await
    }

    /// Applies a changed login of a registry.
    pub(crate) fn login_changed(&self, registry: &RegistryHost) {
        self.inner.open_clients.forget(registry);
        // Who waits for a quota may have a larger one now.
        self.inner.jobs.wake_all();
    }

    pub(crate) fn login_source(&self, registry: RegistryHost) -> CurrentLogin {
        CurrentLogin::new(self.inner.logins.clone(), registry, &self.inner.options.docker)
    }

    /// Returns a new unique ID.
    pub(crate) fn new_id(&self, kind: &str) -> String {
        let number = self.inner.next_id.fetch_add(1, Ordering::Relaxed);
        format!("{kind}-{}-{number}", now_ms())
    }
}
