//! Docker contexts, as the Docker CLI stores them. `find` uses the current one.
//!
//! Source of the layout: `cli/context/store` of the Docker CLI.

use std::path::Path;

use serde::Deserialize;

use crate::address::DockerAddress;
use crate::environment::DockerEnvironment;
use crate::error::DockerError;
use crate::tls_files::TlsFiles;
use transload_model::Digest;

/// The name that means "no context": the default address.
const DEFAULT_CONTEXT: &str = "default";

/// The part of Docker's `config.json` that selects a context.
#[derive(Default, Deserialize)]
struct ContextSetting {
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

/// Docker reads these names case-insensitively. These are the forms that it writes.
#[derive(Deserialize)]
struct Endpoint {
    #[serde(rename = "Host", default)]
    host: String,
    #[serde(rename = "SkipTLSVerify", default)]
    skip_tls_verify: bool,
}

/// Returns the name of the current context, unless it is the default context.
pub(super) fn current(environment: &DockerEnvironment) -> Option<String> {
    let named = environment.docker_context.clone().filter(|name| !name.is_empty());
    named.or_else(|| configured_context(environment)).filter(|name| name != DEFAULT_CONTEXT)
}

/// Returns `currentContext` of `config.json`. A file that can't be read counts as missing, as for
/// the Docker CLI, and is logged.
fn configured_context(environment: &DockerEnvironment) -> Option<String> {
    let file = environment.configuration_folder()?.join("config.json");
    let bytes = match std::fs::read(&file) {
        Ok(bytes) => bytes,
        Err(error) => {
            if error.kind() != std::io::ErrorKind::NotFound {
                tracing::warn!(file = %file.display(), %error, "couldn't read Docker's configuration");
            }
            return None;
        }
    };
    // As in the Docker CLI, an empty file counts as missing, and anything after the first value is
    // ignored.
    let first_value =
        serde_json::Deserializer::from_slice(&bytes).into_iter::<ContextSetting>().next();
    match first_value.unwrap_or_else(|| Ok(ContextSetting::default())) {
        Ok(setting) => setting.current_context.filter(|name| !name.is_empty()),
        Err(error) => {
            // The error could quote the file, which can contain logins.
            let (line, column) = (error.line(), error.column());
            tracing::warn!(file = %file.display(), line, column, "Docker's configuration is not valid JSON");
            None
        }
    }
}

/// Returns the address of a context.
///
/// # Errors
/// [`DockerError::ContextInvalid`] if the context does not exist or can't be read.
/// [`DockerError::AddressInvalid`] if its address is not supported.
pub(super) fn address(
    environment: &DockerEnvironment,
    name: &str,
) -> Result<DockerAddress, DockerError> {
    let invalid = |detail: String| DockerError::ContextInvalid { name: name.to_owned(), detail };
    let folder = environment
        .configuration_folder()
        .ok_or_else(|| invalid("the folder of Docker's configuration is unknown".to_owned()))?
        .join("contexts");
    let hash = Digest::of(name.as_bytes());
    let file = folder.join("meta").join(hash.hex()).join("meta.json");
    let bytes = std::fs::read(&file).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => invalid("the context does not exist".to_owned()),
        _ => invalid(format!("couldn't read {}: {error}", file.display())),
    })?;
    let context: Context = serde_json::from_slice(&bytes)
        .map_err(|error| invalid(format!("couldn't read {}: {error}", file.display())))?;
    let endpoint =
        context.endpoints.docker.ok_or_else(|| invalid("it has no Docker endpoint".to_owned()))?;
    let tls = tls(&folder.join("tls").join(hash.hex()).join("docker"), endpoint.skip_tls_verify);
    DockerAddress::from_context(environment.system, &endpoint.host, tls)
}

/// Returns the TLS settings of a context. It uses TLS if it has certificates or disables their
/// verification.
fn tls(folder: &Path, skip_verify: bool) -> Option<TlsFiles> {
    let files = TlsFiles::in_folder(folder);
    (skip_verify || !files.is_empty()).then_some(TlsFiles { skip_verify, ..files })
}
