//! Starts, stops and resets practice mode. `transload-api` and the tests use [`Practice`].

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::clock::now_millis;
use crate::connection::{Connection, CuttableListener};
use crate::context::{Addresses, ServerContext};
use crate::ecr::{generated_images, lifecycle};
use crate::error::{MoveTagError, PracticeError};
use crate::example_repositories;
#[cfg(feature = "faults")]
use crate::faults::Faults;
use crate::folder_lock::lock_folder;
use crate::hub::{Hub, HubAccount};
use crate::options::PracticeOptions;
#[cfg(feature = "faults")]
use crate::request_log::{RequestLog, RequestRecord};
use crate::server::{Port, handle};
use crate::store::Store;
use crate::store::atomic_file::write_atomically;
use crate::store::error::StoreError;
use crate::tokens::Tokens;

const PORTS_FILE: &str = "ports.json";

/// How long [`Practice::stop`] waits for requests in progress.
pub const STOP_LIMIT: Duration = Duration::from_secs(2);

/// A running practice mode. Dropping it stops it. [`Practice::stop`] also waits for requests in progress.
pub struct Practice {
    context: Arc<ServerContext>,
    stop: CancellationToken,
    servers: Vec<JoinHandle<()>>,
    /// Prevents a second process from using the folder. The lock is released when the file is closed.
    _lock: File,
}

impl Practice {
    /// Opens the folder, builds the content of Docker Hub on the first start, and listens on 127.0.0.1.
    /// Requires a Tokio runtime.
    ///
    /// # Errors
    /// [`PracticeError`]. [`Practice::erase`] repairs a [`StoreError::TornState`].
    pub async fn start(options: PracticeOptions) -> Result<Self, PracticeError> {
        let folder = options.folder.clone();
        let lock = lock_folder(&folder)?;
        let opened = tokio::task::spawn_blocking({
            let (folder, options) = (folder.clone(), options.clone());
            move || -> Result<(Store, Hub), StoreError> {
                Ok((Store::open(&folder.join("ecr"))?, Hub::open(&folder.join("hub"), &options)?))
            }
        });
        let (store, hub) = opened.await.map_err(|error| PracticeError::Folder {
            folder: folder.clone(),
            source: io::Error::other(error),
        })??;

        let last = std::fs::read(folder.join(PORTS_FILE)).ok();
        let last = last.and_then(|bytes| serde_json::from_slice::<Addresses>(&bytes).ok());
        let ports = options.ports;
        let ecr = listen(ports.ecr, last.map(|last| last.ecr)).await?;
        let layers = listen(ports.layers, last.map(|last| last.layers)).await?;
        let hub_api = listen(ports.hub, last.map(|last| last.hub)).await?;
        let hub_registry = listen(ports.hub_registry, last.map(|last| last.hub_registry)).await?;
        let addresses = Addresses {
            ecr: port_of(&ecr)?,
            layers: port_of(&layers)?,
            hub: port_of(&hub_api)?,
            hub_registry: port_of(&hub_registry)?,
        };
        write_atomically(
            &folder.join(PORTS_FILE),
            serde_json::json!(addresses).to_string().as_bytes(),
        )?;

        let context = Arc::new(ServerContext {
            options,
            addresses,
            store: Arc::new(store),
            hub,
            tokens: Tokens::default(),
            #[cfg(feature = "faults")]
            faults: Faults::default(),
            #[cfg(feature = "faults")]
            request_log: RequestLog::default(),
        });
        let stop = CancellationToken::new();
        let servers = vec![
            serve(&context, Port::Ecr, ecr, &stop),
            serve(&context, Port::Layers, layers, &stop),
            serve(&context, Port::Hub, hub_api, &stop),
            serve(&context, Port::HubRegistry, hub_registry, &stop),
        ];
        tracing::info!(?addresses, "practice mode is listening");
        Ok(Self { context, stop, servers, _lock: lock })
    }

    /// Deletes the data of practice mode in `folder`, and nothing else, so that a damaged folder can be used
    /// again. Practice mode must not be running there.
    pub fn erase(folder: &Path) -> Result<(), PracticeError> {
        let _lock = lock_folder(folder)?;
        for part in ["ecr", "hub"] {
            let path = folder.join(part);
            match std::fs::remove_dir_all(&path) {
                Err(source) if source.kind() != io::ErrorKind::NotFound => {
                    return Err(StoreError::Write { path, source }.into());
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Deletes all repositories, images, policies, settings and tokens of the practice ECR, and restores moved
    /// tags of the practice Docker Hub. The addresses stay the same.
    pub async fn reset(&self) -> Result<(), PracticeError> {
        self.context.hub.reset()?;
        Ok(self.context.store.reset().await?)
    }

    /// Stops the servers and saves the data. Requests in progress have [`STOP_LIMIT`] to finish.
    pub async fn stop(mut self) -> Result<(), PracticeError> {
        self.stop.cancel();
        // Concurrently, because the limit applies to all servers together.
        let stopping = self.servers.drain(..).map(|mut server| async move {
            if tokio::time::timeout(STOP_LIMIT, &mut server).await.is_err() {
                server.abort();
            }
        });
        futures_util::future::join_all(stopping).await;
        Ok(self.context.store.save()?)
    }

    /// Returns the URL of the ECR API, STS and the registry, such as `http://127.0.0.1:5000/`.
    pub fn ecr_endpoint(&self) -> Url {
        origin(self.context.addresses.ecr)
    }

    /// Returns the registry as part of image references, such as `127.0.0.1:5000`.
    pub fn registry_host(&self) -> String {
        self.context.registry_host()
    }

    /// Returns the URL of the Docker Hub API (`/v2/namespaces/…`, `/v2/auth/token`) and its token service.
    pub fn hub_endpoint(&self) -> Url {
        origin(self.context.addresses.hub)
    }

    /// Returns the URL of the Docker Hub registry.
    pub fn hub_registry_endpoint(&self) -> Url {
        origin(self.context.addresses.hub_registry)
    }

    /// Returns the Docker Hub registry as part of image references.
    pub fn hub_registry_host(&self) -> String {
        self.context.hub_registry_host()
    }

    /// Returns the 12-digit AWS account ID.
    pub fn account_id(&self) -> &str {
        &self.context.options.account_id
    }

    /// Returns the region that requests have to be signed for.
    pub fn region(&self) -> &str {
        &self.context.options.region
    }

    pub fn access_key_id(&self) -> &str {
        &self.context.options.access_key_id
    }

    pub fn secret_access_key(&self) -> &str {
        &self.context.options.secret_access_key
    }

    /// Returns the accounts that can sign in to the practice Docker Hub: the account of the options, another
    /// user, and an organization with its own token.
    pub fn hub_accounts(&self) -> Vec<HubAccount> {
        self.context.hub.accounts()
    }

    /// Returns the Docker Hub account of the options.
    pub fn hub_account(&self) -> HubAccount {
        self.hub_accounts().swap_remove(0)
    }

    /// Sets whether the account belongs to the organization `warehouse`, which has 300 repositories with 20
    /// tags each and one with 10,000 tags. The organization itself always exists.
    pub fn show_large_organization(&self, shown: bool) {
        self.context.hub.show_large(shown);
    }

    /// Moves a tag of a repository such as `dencold/pgcli` to the image of another tag, until
    /// [`Practice::reset`].
    ///
    /// # Errors
    /// [`MoveTagError`], without changes.
    pub fn move_hub_tag(&self, repository: &str, tag: &str, to: &str) -> Result<(), MoveTagError> {
        self.context.hub.move_tag(repository, tag, to)
    }

    /// Sets when an image was pushed, and when it was last pulled, in days before now. `None` for never. Returns whether
    /// the image exists.
    pub async fn set_image_age(
        &self,
        repository: &str,
        reference: &str,
        pushed_days_ago: u32,
        pulled_days_ago: Option<u32>,
    ) -> Result<bool, PracticeError> {
        let before = |days: u32| now_millis() - i64::from(days) * 24 * 60 * 60 * 1000;
        let found = self.context.store.change(|state| {
            let Some(found) = state.repositories.get_mut(repository) else { return Ok(false) };
            let digest = found.tags.get(reference).map_or(reference, String::as_str).to_owned();
            let Some(image) = found.images.get_mut(&digest) else { return Ok(false) };
            image.pushed_at = before(pushed_days_ago);
            image.pulled_at = pulled_days_ago.map(before);
            Ok::<_, StoreError>(true)
        });
        Ok(found.await?)
    }

    /// Sets whether the registry uses enhanced scanning instead of basic scanning.
    pub async fn set_enhanced_scanning(&self, enhanced: bool) -> Result<(), PracticeError> {
        let changed = self.context.store.change(|state| {
            state.enhanced_scanning = enhanced;
            Ok::<_, StoreError>(())
        });
        Ok(changed.await?)
    }

    /// Adds the example repositories `shop/…`, with images, signatures, attestations and other artifacts of several ages.
    /// Returns their names.
    pub fn create_examples(
        &self,
    ) -> impl Future<Output = Result<Vec<String>, PracticeError>> + Send + use<> {
        let store = Arc::clone(&self.context.store);
        async move { Ok(example_repositories::create(&store).await?) }
    }

    /// Creates a repository with so many images that they aren't stored. They can be listed, and have no manifests.
    pub async fn create_generated_repository(
        &self,
        name: &str,
        images: u64,
    ) -> Result<(), PracticeError> {
        Ok(generated_images::create(&self.context, name, images).await?)
    }

    /// Makes all lifecycle policies act now, which ECR does within 24 hours. Returns the number of images that were
    /// deleted or archived.
    pub async fn run_lifecycle_policies(&self) -> Result<usize, PracticeError> {
        let store = &self.context.store;
        Ok(store.change(|state| Ok::<_, StoreError>(lifecycle::act(store, state))).await?)
    }

    /// Returns the faults, to add and remove rules.
    #[cfg(feature = "faults")]
    pub fn faults(&self) -> &Faults {
        &self.context.faults
    }

    /// Returns the last 10,000 requests, oldest first.
    #[cfg(feature = "faults")]
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.context.request_log.all()
    }

    /// Deletes the log of requests.
    #[cfg(feature = "faults")]
    pub fn clear_requests(&self) {
        self.context.request_log.clear();
    }

    /// Expires all authorization tokens that were issued until now.
    #[cfg(feature = "faults")]
    pub fn expire_tokens(&self) {
        self.context.tokens.expire_all();
    }
}

impl Drop for Practice {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Err(error) = self.context.store.save() {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "practice data was not saved"
            );
        }
    }
}

fn origin(port: u16) -> Url {
    let text = format!("http://127.0.0.1:{port}/");
    Url::parse(&text).expect("an address with a port is a URL")
}

/// Listens on the requested port, otherwise on the port of the last start if it is free, so that image
/// references keep working, otherwise on any free port.
async fn listen(requested: Option<u16>, last: Option<u16>) -> Result<TcpListener, PracticeError> {
    if requested.is_none()
        && let Some(port) = last
        && let Ok(listener) = TcpListener::bind(("127.0.0.1", port)).await
    {
        return Ok(listener);
    }
    let port = requested.unwrap_or(0);
    let bound = TcpListener::bind(("127.0.0.1", port)).await;
    bound.map_err(|source| PracticeError::Listen { port, source })
}

fn port_of(listener: &TcpListener) -> Result<u16, PracticeError> {
    let address = listener.local_addr();
    address.map(|at| at.port()).map_err(|source| PracticeError::Listen { port: 0, source })
}

fn serve(
    context: &Arc<ServerContext>,
    port: Port,
    listener: TcpListener,
    stop: &CancellationToken,
) -> JoinHandle<()> {
    let app = Router::new().fallback(handle).with_state((Arc::clone(context), port));
    let app = app.into_make_service_with_connect_info::<Connection>();
    let stopped = stop.clone().cancelled_owned();
    tokio::spawn(async move {
        let serving = axum::serve(CuttableListener(listener), app);
        if let Err(error) = serving.with_graceful_shutdown(stopped).await {
            tracing::error!(%error, "a practice server failed");
        }
    })
}
