use std::path::Path;
use std::time::Duration;

use crate::address::{DockerAddress, TlsFiles};
use crate::api::DockerApi;
use crate::context;
use crate::engine::DockerEngine;
use crate::engine_info::EngineInfo;
use crate::environment::DockerEnvironment;
use crate::error::DockerError;
use crate::system::System;

/// How long an engine may take to say what it is before the next address is tried.
const PROBE_LIMIT: Duration = Duration::from_secs(10);

/// An address at which a Docker Engine may answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The address.
    pub address: DockerAddress,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where an engine address comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Transload's own settings.
    Settings,
    /// The variable `DOCKER_HOST`.
    Environment,
    /// A Docker context.
    Context {
        /// Its name.
        name: String,
    },
    /// A socket where a product puts it.
    Socket {
        /// The product, such as `Docker Desktop`.
        product: &'static str,
    },
}

/// What came of looking for an engine.
#[derive(Debug)]
pub struct FindOutcome {
    /// The first engine that answered.
    pub engine: Option<FoundEngine>,
    /// Every address that was tried, in order; the one that answered is the last.
    pub attempts: Vec<Attempt>,
    /// Why none answered; set exactly when `engine` is not.
    pub error: Option<DockerError>,
}

/// An engine that answers.
#[derive(Clone, Debug)]
pub struct FoundEngine {
    /// The engine.
    pub engine: DockerEngine,
    /// Its address, and where that came from.
    pub candidate: Candidate,
    /// What it said of itself.
    pub info: EngineInfo,
}

/// One address that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The address, and where it comes from.
    pub candidate: Candidate,
    /// What came of it.
    pub result: AttemptResult,
}

/// What came of trying an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptResult {
    /// An engine answered.
    Answered,
    /// There is no such socket.
    SocketMissing,
    /// The socket is there, and this user may not open it.
    PermissionDenied,
    /// Nothing answered.
    Silent,
    /// There is no TLS connection.
    TlsFailed,
    /// Something answered that is not a Docker Engine, or refused to say what it is.
    Unusable,
}

/// The addresses to try, in order: Transload's own setting, `DOCKER_HOST`, the Docker context, and
/// then the sockets where the products put them. An address that the person chose is the only one:
/// with another engine they would find other images.
///
/// # Errors
/// [`DockerError::AddressInvalid`] and [`DockerError::ContextInvalid`] for what the person chose.
pub fn candidates(
    environment: &DockerEnvironment,
    setting: Option<&str>,
) -> Result<Vec<Candidate>, DockerError> {
    let given =
        |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    if let Some(text) = given(setting) {
        let address = DockerAddress::parse_with(&text, environment)?;
        return Ok(vec![Candidate { address, origin: Origin::Settings }]);
    }
    if let Some(text) = given(environment.docker_host.as_deref()) {
        let address = DockerAddress::parse_with(&text, environment)?;
        return Ok(vec![Candidate { address, origin: Origin::Environment }]);
    }
    // A variable of spaces names no host, and yet no context counts beside it.
    let has_host = environment.docker_host.as_deref().is_some_and(|text| !text.is_empty());
    if let Some(name) = context::current(environment).filter(|_| !has_host) {
        let address = context::address(environment, &name)?;
        return Ok(vec![Candidate { address, origin: Origin::Context { name } }]);
    }
    if let Some(tls) = TlsFiles::of_environment(environment) {
        let address = DockerAddress::usual_with_tls(environment.system, tls);
        return Ok(vec![Candidate { address, origin: Origin::Environment }]);
    }
    Ok(usual(environment))
}

/// Where the products put their sockets. Sources: the manuals of Docker Desktop, Docker's rootless
/// mode, Rancher Desktop, Colima and Podman.
fn usual(environment: &DockerEnvironment) -> Vec<Candidate> {
    let candidate = |product, address| Candidate { address, origin: Origin::Socket { product } };
    if environment.system == System::Windows {
        return [
            ("Docker Engine", r"\\.\pipe\docker_engine"),
            ("Docker Desktop", r"\\.\pipe\dockerDesktopLinuxEngine"),
            ("Podman", r"\\.\pipe\podman-machine-default"),
        ]
        .map(|(product, path)| candidate(product, DockerAddress::Pipe(path.to_owned())))
        .to_vec();
    }
    let socket = |product, path: &Path| candidate(product, DockerAddress::Socket(path.to_owned()));
    let mut found = vec![socket("Docker Engine", Path::new("/var/run/docker.sock"))];
    let home = environment.home.as_deref();
    let runtime = environment.runtime_folder();
    for (product, folder, path) in [
        ("Docker Desktop", home, ".docker/desktop/docker.sock"),
        ("Docker Desktop", home, ".docker/run/docker.sock"),
        ("Docker Engine (rootless)", runtime.as_deref(), "docker.sock"),
        ("Rancher Desktop", home, ".rd/docker.sock"),
        ("Colima", home, ".colima/default/docker.sock"),
        ("Colima", home, ".config/colima/default/docker.sock"),
        ("Podman", runtime.as_deref(), "podman/podman.sock"),
    ] {
        if let Some(folder) = folder {
            found.push(socket(product, &folder.join(path)));
        }
    }
    if environment.system == System::MacOs
        && let Some(home) = home
    {
        // The machine's socket has a link there. Source: Podman, `machine.ApiSocket` on macOS.
        let machine = ".local/share/containers/podman/machine/podman.sock";
        found.push(socket("Podman", &home.join(machine)));
    }
    found.push(socket("Podman", Path::new("/run/podman/podman.sock")));
    found
}

impl DockerEngine {
    /// Looks for an engine at each of the [`candidates`], in order, and takes the first that
    /// answers.
    pub async fn find(environment: &DockerEnvironment, setting: Option<&str>) -> FindOutcome {
        match candidates(environment, setting) {
            Ok(candidates) => Self::first_of(candidates).await,
            Err(error) => FindOutcome { engine: None, attempts: Vec::new(), error: Some(error) },
        }
    }

    /// The first of some addresses at which an engine answers.
    pub async fn first_of(candidates: Vec<Candidate>) -> FindOutcome {
        let mut attempts = Vec::new();
        let mut worst: Option<DockerError> = None;
        for candidate in candidates {
            match probe(&candidate.address).await {
                Ok((engine, info)) => {
                    let result = AttemptResult::Answered;
                    attempts.push(Attempt { candidate: candidate.clone(), result });
                    let engine = Some(FoundEngine { engine, candidate, info });
                    return FindOutcome { engine, attempts, error: None };
                }
                Err(error) => {
                    attempts.push(Attempt { candidate, result: result_of(&error) });
                    if worst.as_ref().is_none_or(|known| weight(&error) > weight(known)) {
                        worst = Some(error);
                    }
                }
            }
        }
        FindOutcome { engine: None, attempts, error: worst }
    }
}

async fn probe(address: &DockerAddress) -> Result<(DockerEngine, EngineInfo), DockerError> {
    let engine = DockerEngine::at(address.clone())?;
    let info = tokio::time::timeout(PROBE_LIMIT, engine.info()).await.unwrap_or_else(|_| {
        Err(DockerError::NotRunning { address: address.to_string(), source: None })
    })?;
    Ok((engine, info))
}

fn result_of(error: &DockerError) -> AttemptResult {
    match error {
        DockerError::PermissionDenied { .. } => AttemptResult::PermissionDenied,
        DockerError::NotRunning { source, .. } => {
            let kind = source
                .as_deref()
                .and_then(|source| source.downcast_ref::<std::io::Error>())
                .map(std::io::Error::kind);
            match kind {
                Some(std::io::ErrorKind::NotFound) => AttemptResult::SocketMissing,
                _ => AttemptResult::Silent,
            }
        }
        DockerError::ConnectionLost { .. } => AttemptResult::Silent,
        DockerError::TlsFailed { .. } => AttemptResult::TlsFailed,
        _ => AttemptResult::Unusable,
    }
}

/// Which of several failures says most about this computer: an engine that is there and closed
/// tells more than a socket that does not exist.
fn weight(error: &DockerError) -> u8 {
    match result_of(error) {
        AttemptResult::Answered | AttemptResult::SocketMissing => 0,
        AttemptResult::Silent => 1,
        AttemptResult::Unusable | AttemptResult::TlsFailed => 2,
        AttemptResult::PermissionDenied => 3,
    }
}

#[cfg(test)]
mod tests;
