//! Docker contexts, as the Docker CLI stores them.
//!
//! Source of the layout: `cli/context/store` of the Docker CLI.

use std::path::Path;

use serde::Deserialize;

use crate::address::{DockerAddress, TlsFiles};
use crate::environment::DockerEnvironment;
use crate::error::DockerError;
use transload_model::Digest;

/// The name that means "no context: the usual socket".
const DEFAULT_CONTEXT: &str = "default";

#[derive(Default, Deserialize)]
struct Configuration {
    #[serde(rename = "currentContext", default)]
    current_context: Option<String>,
}

#[derive(Deserialize)]
struct Context {
    #[serde(rename = "Endpoints", default)]
    endpoints: Endpoints,
}

#[derive(Default, Deserialize)]
struct Endpoints {
    docker: Option<Endpoint>,
}

/// Docker reads the names without regard to case; these are the ones that it writes.
#[derive(Deserialize)]
struct Endpoint {
    #[serde(rename = "Host", default)]
    host: String,
    #[serde(rename = "SkipTLSVerify", default)]
    skip_tls_verify: bool,
}

/// The name of the context that is in force, if it is not the default one.
pub(super) fn current(environment: &DockerEnvironment) -> Option<String> {
    let named = environment.docker_context.clone().filter(|name| !name.is_empty());
    named.or_else(|| configured(environment)).filter(|name| name != DEFAULT_CONTEXT)
}

/// `currentContext` of `config.json`. A file that cannot be read counts as none, as it does for
/// the Docker CLI; the log says so.
fn configured(environment: &DockerEnvironment) -> Option<String> {
    let file = environment.configuration_folder()?.join("config.json");
    let bytes = match std::fs::read(&file) {
        Ok(bytes) => bytes,
        Err(error) => {
            if error.kind() != std::io::ErrorKind::NotFound {
                tracing::warn!(file = %file.display(), %error, "Docker's configuration is unreadable");
            }
            return None;
        }
    };
    // As for the Docker CLI: an empty file is none, and what stands behind the first value counts not.
    let read = serde_json::Deserializer::from_slice(&bytes).into_iter::<Configuration>().next();
    match read.unwrap_or_else(|| Ok(Configuration::default())) {
        Ok(configuration) => configuration.current_context.filter(|name| !name.is_empty()),
        Err(error) => {
            // The error's text could quote the file, which may hold logins.
            let (line, column) = (error.line(), error.column());
            tracing::warn!(file = %file.display(), line, column, "Docker's configuration is damaged");
            None
        }
    }
}

/// The address that a context names.
///
/// # Errors
/// [`DockerError::ContextInvalid`] when there is no such context or it cannot be used,
/// [`DockerError::AddressInvalid`] when its address is of a kind that is not understood.
pub(super) fn address(
    environment: &DockerEnvironment,
    name: &str,
) -> Result<DockerAddress, DockerError> {
    let invalid = |detail: String| DockerError::ContextInvalid { name: name.to_owned(), detail };
    let folder = environment
        .configuration_folder()
        .ok_or_else(|| invalid("the folder of Docker's configuration is not known".to_owned()))?
        .join("contexts");
    let hash = Digest::of(name.as_bytes());
    let file = folder.join("meta").join(hash.hex()).join("meta.json");
    let bytes = std::fs::read(&file).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => invalid("there is no context of this name".to_owned()),
        _ => invalid(format!("{} cannot be read: {error}", file.display())),
    })?;
    let context: Context = serde_json::from_slice(&bytes)
        .map_err(|error| invalid(format!("{} cannot be read: {error}", file.display())))?;
    let endpoint =
        context.endpoints.docker.ok_or_else(|| invalid("it names no Docker Engine".to_owned()))?;
    let tls = tls(&folder.join("tls").join(hash.hex()).join("docker"), endpoint.skip_tls_verify);
    DockerAddress::of_context(environment.system, &endpoint.host, tls)
}

/// A context speaks TLS if it brings certificates or says that none shall be checked.
fn tls(folder: &Path, skip_verify: bool) -> Option<TlsFiles> {
    let files = TlsFiles::in_folder(folder);
    (skip_verify || !files.is_empty()).then_some(TlsFiles { skip_verify, ..files })
}
