//! Starting, stopping and resetting practice mode.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::connection::{Connection, CuttableListener};
use crate::error::{Holder, MoveTagError, PracticeError};
use crate::faults::Faults;
use crate::front::{Origin, enter};
use crate::hub::{Hub, HubAccount};
use crate::options::PracticeOptions;
use crate::record::{Record, RequestRecord};
use crate::store::{Store, StoreError, write_atomically};
use crate::tokens::Tokens;
use crate::world::{Addresses, World};

const PORTS_FILE: &str = "ports.json";

/// Who has the folder open. The lock file itself cannot be read on Windows while it is locked.
const HOLDER_FILE: &str = "holder.json";

/// How long [`Practice::stop`] waits for requests that are under way.
pub const STOP_LIMIT: Duration = Duration::from_secs(2);

/// A running practice mode. It stops when it is dropped; [`Practice::stop`]
/// also waits for what is under way.
pub struct Practice {
    world: Arc<World>,
    stop: CancellationToken,
    servers: Vec<JoinHandle<()>>,
    /// Held so that the folder has one user; the lock ends with the file.
    _lock: File,
}

impl Practice {
    /// Opens the folder, builds the Docker Hub account on the first start, and
    /// listens on 127.0.0.1. Needs a Tokio runtime.
    ///
    /// # Errors
    /// [`PracticeError`]; [`StoreError::TornState`] is repaired by [`Practice::erase`].
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

        let world = Arc::new(World {
            options,
            addresses,
            store: Arc::new(store),
            hub,
            tokens: Tokens::default(),
            faults: Faults::default(),
            record: Record::default(),
        });
        let stop = CancellationToken::new();
        let servers = vec![
            serve(&world, Origin::Ecr, ecr, &stop),
            serve(&world, Origin::Layers, layers, &stop),
            serve(&world, Origin::Hub, hub_api, &stop),
            serve(&world, Origin::HubRegistry, hub_registry, &stop),
        ];
        tracing::info!(?addresses, "practice mode is listening");
        Ok(Self { world, stop, servers, _lock: lock })
    }

    /// Removes everything that practice mode keeps in `folder`, and nothing
    /// else, so that a damaged folder can be used again. Practice must not run there.
    ///
    /// # Errors
    /// [`PracticeError::FolderInUse`], or a file could not be removed.
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

    /// Forgets every repository, image, policy, setting and token of the
    /// practice ECR, and takes moved tags of its Docker Hub back. Addresses stay as they are.
    ///
    /// # Errors
    /// The folder could not be written.
    pub async fn reset(&self) -> Result<(), PracticeError> {
        self.world.hub.reset()?;
        Ok(self.world.store.reset().await?)
    }

    /// Ends the servers: no new connection, up to two seconds for requests that
    /// are under way, and everything is on the disk.
    ///
    /// # Errors
    /// The state could not be written.
    pub async fn stop(mut self) -> Result<(), PracticeError> {
        self.stop.cancel();
        // All at once: the limit is for all servers together.
        let ending = self.servers.drain(..).map(|mut server| async move {
            if tokio::time::timeout(STOP_LIMIT, &mut server).await.is_err() {
                server.abort();
            }
        });
        futures_util::future::join_all(ending).await;
        Ok(self.world.store.save()?)
    }

    /// ECR's API, STS and the registry: `http://127.0.0.1:PORT/`.
    pub fn ecr_endpoint(&self) -> Url {
        origin(self.world.addresses.ecr)
    }

    /// The registry as it stands in image references: `127.0.0.1:PORT`.
    pub fn registry_host(&self) -> String {
        self.world.registry_host()
    }

    /// Docker Hub's API (`/v2/namespaces/…`, `/v2/auth/token`) and its token service.
    pub fn hub_endpoint(&self) -> Url {
        origin(self.world.addresses.hub)
    }

    /// Docker Hub's registry: `http://127.0.0.1:PORT/`.
    pub fn hub_registry_endpoint(&self) -> Url {
        origin(self.world.addresses.hub_registry)
    }

    /// Docker Hub's registry as it stands in image references: `127.0.0.1:PORT`.
    pub fn hub_registry_host(&self) -> String {
        self.world.hub_registry_host()
    }

    /// The twelve digits of the AWS account.
    pub fn account_id(&self) -> &str {
        &self.world.options.account_id
    }

    /// The region that requests must be signed for.
    pub fn region(&self) -> &str {
        &self.world.options.region
    }

    /// The access key id of the one user.
    pub fn access_key_id(&self) -> &str {
        &self.world.options.access_key_id
    }

    /// The secret access key of the one user.
    pub fn secret_access_key(&self) -> &str {
        &self.world.options.secret_access_key
    }

    /// Everybody who may sign in on the practice Docker Hub: the account that the options name
    /// first, then another person, then an organisation with a token of its own.
    pub fn hub_accounts(&self) -> Vec<HubAccount> {
        self.world.hub.accounts()
    }

    /// The Docker Hub account that the options name: its access token, its repositories.
    pub fn hub_account(&self) -> HubAccount {
        self.hub_accounts().swap_remove(0)
    }

    /// Whether the account belongs to the organisation `warehouse`, which has 300 repositories with
    /// 20 tags each and one with 10,000 tags. The organisation itself is there in any case.
    pub fn show_large_organization(&self, shown: bool) {
        self.world.hub.show_large(shown);
    }

    /// Moves a tag of the practice Docker Hub to the image that another tag of the repository, such
    /// as `dencold/pgcli`, has now. It stays so until [`Practice::reset`].
    ///
    /// # Errors
    /// [`MoveTagError`]: nothing was moved.
    pub fn move_hub_tag(&self, repository: &str, tag: &str, to: &str) -> Result<(), MoveTagError> {
        self.world.hub.move_tag(repository, tag, to)
    }

    /// The faults that can be switched on.
    pub fn faults(&self) -> &Faults {
        &self.world.faults
    }

    /// The requests that arrived, oldest first; at most the last 10,000.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.world.record.all()
    }

    /// Forgets the requests that arrived.
    pub fn clear_requests(&self) {
        self.world.record.clear();
    }

    /// Every registry token issued so far is expired from now on.
    pub fn expire_tokens(&self) {
        self.world.tokens.expire_all();
    }
}

impl Drop for Practice {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Err(error) = self.world.store.save() {
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

fn lock_folder(folder: &Path) -> Result<File, PracticeError> {
    let failed = |source| PracticeError::Folder { folder: folder.to_owned(), source };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let file = File::create(folder.join("lock")).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {
            name_holder(folder);
            Ok(file)
        }
        Err(TryLockError::WouldBlock) => {
            let holder = std::fs::read(folder.join(HOLDER_FILE)).ok();
            let holder = holder.and_then(|bytes| serde_json::from_slice(&bytes).ok());
            Err(PracticeError::FolderInUse { folder: folder.to_owned(), holder })
        }
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

/// Writes down who has the folder open, for whoever finds it locked.
fn name_holder(folder: &Path) {
    let program = std::env::current_exe().ok();
    let program = program.as_deref().and_then(Path::file_stem).unwrap_or("transload".as_ref());
    let holder =
        Holder { program: program.to_string_lossy().into_owned(), process: std::process::id() };
    let written = write_atomically(
        &folder.join(HOLDER_FILE),
        serde_json::json!(holder).to_string().as_bytes(),
    );
    if let Err(error) = written {
        // The lock holds all the same.
        tracing::warn!(%error, "practice mode could not write down who uses its folder");
    }
}

/// Listens on the port that was asked for; else on that of the last start if it
/// is free, so that references to images keep working; else on any.
async fn listen(asked: Option<u16>, last: Option<u16>) -> Result<TcpListener, PracticeError> {
    if asked.is_none()
        && let Some(port) = last
        && let Ok(listener) = TcpListener::bind(("127.0.0.1", port)).await
    {
        return Ok(listener);
    }
    let port = asked.unwrap_or(0);
    let bound = TcpListener::bind(("127.0.0.1", port)).await;
    bound.map_err(|source| PracticeError::Listen { port, source })
}

fn port_of(listener: &TcpListener) -> Result<u16, PracticeError> {
    let address = listener.local_addr();
    address.map(|at| at.port()).map_err(|source| PracticeError::Listen { port: 0, source })
}

fn serve(
    world: &Arc<World>,
    origin: Origin,
    listener: TcpListener,
    stop: &CancellationToken,
) -> JoinHandle<()> {
    let app = Router::new().fallback(enter).with_state((Arc::clone(world), origin));
    let app = app.into_make_service_with_connect_info::<Connection>();
    let stopped = stop.clone().cancelled_owned();
    tokio::spawn(async move {
        let serving = axum::serve(CuttableListener(listener), app);
        if let Err(error) = serving.with_graceful_shutdown(stopped).await {
            tracing::error!(%error, "a practice server ended");
        }
    })
}
