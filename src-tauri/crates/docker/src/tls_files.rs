//! The certificate files of a TLS connection, from a folder or from the environment.

use std::path::{Path, PathBuf};

use crate::environment::DockerEnvironment;

/// The certificate files of a TLS connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct TlsFiles {
    /// Certificate authorities to trust instead of those of the system.
    pub ca: Option<PathBuf>,
    /// Client certificate and its private key.
    pub identity: Option<(PathBuf, PathBuf)>,
    /// Whether any server certificate is accepted, as `DOCKER_TLS` and a Docker context can
    /// specify.
    pub skip_verify: bool,
}

impl TlsFiles {
    /// Returns those of the files `ca.pem`, `cert.pem` and `key.pem` that exist in a folder. These
    /// are Docker's names.
    pub fn in_folder(folder: &Path) -> Self {
        let file = |name: &str| Some(folder.join(name)).filter(|path| path.is_file());
        Self {
            ca: file("ca.pem"),
            identity: file("cert.pem").zip(file("key.pem")),
            skip_verify: false,
        }
    }

    /// Returns whether there are neither authorities nor a client certificate.
    pub fn is_empty(&self) -> bool {
        self.ca.is_none() && self.identity.is_none()
    }

    /// Returns the TLS settings of the environment, or `None` if it does not enable TLS. Source:
    /// docker/cli, `ClientOptions.SetDefaultOptions`.
    pub(super) fn from_environment(environment: &DockerEnvironment) -> Option<Self> {
        let is_set = |value: &Option<String>| value.as_ref().is_some_and(|text| !text.is_empty());
        let verify = is_set(&environment.docker_tls_verify);
        if !verify && !is_set(&environment.docker_tls) {
            return None;
        }
        let folder = Self::certificate_folder(environment);
        let mut files = folder.as_deref().map(Self::in_folder).unwrap_or_default();
        if verify {
            // The CLI trusts no other authorities, so a missing file is an error when connecting.
            files.ca = folder.map(|folder| folder.join("ca.pem"));
        }
        Some(Self { skip_verify: !verify, ..files })
    }

    /// Returns the folder of the certificate files: `DOCKER_CERT_PATH`, or the folder of Docker's
    /// configuration.
    pub(super) fn certificate_folder(environment: &DockerEnvironment) -> Option<PathBuf> {
        environment.docker_cert_path.clone().or_else(|| environment.configuration_folder())
    }
}
