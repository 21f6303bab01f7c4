//! Finds a running engine: which addresses are tried, in which order, and what each attempt
//! resulted in.

use std::path::Path;
use std::time::Duration;

use serde::Serialize;
use ts_rs::TS;

use crate::address::DockerAddress;
use crate::api::DockerApi;
use crate::context;
use crate::engine::DockerEngine;
use crate::engine_info::EngineInfo;
use crate::environment::DockerEnvironment;
use crate::error::DockerError;
use crate::system::System;
use crate::tls_files::TlsFiles;

/// Maximum wait for an engine's information before the next address is tried.
const PROBE_TIMEOUT: Duration = Duration::from_secs(10);

/// A possible address of a Docker Engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub address: DockerAddress,
    pub origin: EngineOrigin,
}

/// The setting that an engine address comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "sources.ts")]
pub enum EngineOrigin {
    /// Transload's settings.
    Settings,
    /// The variable `DOCKER_HOST`.
    Environment,
    /// A Docker context.
    Context { name: String },
    /// The default socket of a product.
    Socket {
        /// The product, such as `Docker Desktop`.
        product: &'static str,
    },
}

/// The result of searching for an engine.
#[derive(Debug)]
pub struct FindOutcome {
    /// The first engine that responded.
    pub engine: Option<FoundEngine>,
    /// Every address that was tried, in order. The last one is that of `engine`, if one was found.
    pub attempts: Vec<Attempt>,
    /// Why no engine was found. Set exactly if `engine` is `None`.
    pub error: Option<DockerError>,
}

/// A running engine.
#[derive(Clone, Debug)]
pub struct FoundEngine {
    pub engine: DockerEngine,
    pub candidate: Candidate,
    pub info: EngineInfo,
}

/// An attempt to reach an engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    pub candidate: Candidate,
    pub result: AttemptResult,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptResult {
    /// An engine responded.
    Answered,
    /// The socket does not exist.
    SocketMissing,
    /// The socket exists, but this user has no permission to open it.
    PermissionDenied,
    NoResponse,
    /// The TLS connection failed.
    TlsFailed,
    /// The response is not from a Docker Engine, or is an error.
    Unusable,
}

/// Returns the addresses to try, in order: Transload's setting, `DOCKER_HOST`, the Docker context,
/// and the default sockets of the products. If the user chose an address, it is the only candidate,
/// because another engine would have other images.
///
/// # Errors
/// [`DockerError::AddressInvalid`] and [`DockerError::ContextInvalid`] if the chosen address or
/// context can't be used.
pub fn candidates(
    environment: &DockerEnvironment,
    setting: Option<&str>,
) -> Result<Vec<Candidate>, DockerError> {
    let chosen =
        |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    if let Some(text) = chosen(setting) {
        let address = DockerAddress::parse_with(&text, environment)?;
        return Ok(vec![Candidate { address, origin: EngineOrigin::Settings }]);
    }
    if let Some(text) = chosen(environment.docker_host.as_deref()) {
        let address = DockerAddress::parse_with(&text, environment)?;
        return Ok(vec![Candidate { address, origin: EngineOrigin::Environment }]);
    }
    // As in the Docker CLI, a variable of spaces is not an address, but disables the context.
    let has_host = environment.docker_host.as_deref().is_some_and(|text| !text.is_empty());
    if let Some(name) = context::current(environment).filter(|_| !has_host) {
        let address = context::address(environment, &name)?;
        return Ok(vec![Candidate { address, origin: EngineOrigin::Context { name } }]);
    }
    if let Some(tls) = TlsFiles::from_environment(environment) {
        let address = DockerAddress::default_with_tls(environment.system, tls);
        return Ok(vec![Candidate { address, origin: EngineOrigin::Environment }]);
    }
    Ok(default_addresses(environment))
}

/// Returns the default sockets and pipes of the products. Sources: the manuals of Docker Desktop,
/// Docker's rootless mode, Rancher Desktop, Colima and Podman.
fn default_addresses(environment: &DockerEnvironment) -> Vec<Candidate> {
    let candidate =
        |product, address| Candidate { address, origin: EngineOrigin::Socket { product } };
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
        // A link to the socket of the Podman machine. Source: Podman, `machine.ApiSocket` on macOS.
        let machine = ".local/share/containers/podman/machine/podman.sock";
        found.push(socket("Podman", &home.join(machine)));
    }
    found.push(socket("Podman", Path::new("/run/podman/podman.sock")));
    found
}

impl DockerEngine {
    /// Tries each of the [`candidates`] in order, and returns the first engine that responds.
    pub async fn find(environment: &DockerEnvironment, setting: Option<&str>) -> FindOutcome {
        match candidates(environment, setting) {
            Ok(candidates) => Self::find_at(candidates).await,
            Err(error) => FindOutcome { engine: None, attempts: Vec::new(), error: Some(error) },
        }
    }

    /// Tries addresses in order, and returns the first engine that responds.
    pub async fn find_at(candidates: Vec<Candidate>) -> FindOutcome {
        let mut attempts = Vec::new();
        let mut most_useful: Option<DockerError> = None;
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
                    if most_useful
                        .as_ref()
                        .is_none_or(|other| usefulness(&error) > usefulness(other))
                    {
                        most_useful = Some(error);
                    }
                }
            }
        }
        FindOutcome { engine: None, attempts, error: most_useful }
    }
}

async fn probe(address: &DockerAddress) -> Result<(DockerEngine, EngineInfo), DockerError> {
    let engine = DockerEngine::new(address.clone())?;
    let info = tokio::time::timeout(PROBE_TIMEOUT, engine.info()).await.unwrap_or_else(|_| {
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
                _ => AttemptResult::NoResponse,
            }
        }
        DockerError::ConnectionLost { .. } => AttemptResult::NoResponse,
        DockerError::TlsFailed { .. } => AttemptResult::TlsFailed,
        _ => AttemptResult::Unusable,
    }
}

/// Ranks errors by how much they help the user: an engine that denies access tells more than a
/// socket that does not exist.
fn usefulness(error: &DockerError) -> u8 {
    match result_of(error) {
        AttemptResult::Answered | AttemptResult::SocketMissing => 0,
        AttemptResult::NoResponse => 1,
        AttemptResult::Unusable | AttemptResult::TlsFailed => 2,
        AttemptResult::PermissionDenied => 3,
    }
}

#[cfg(test)]
mod tests;
