//! Why a TLS connection to an engine fails, in terms of what the user can fix.

use std::path::PathBuf;

use rustls::{AlertDescription, CertificateError};

use crate::tls_files::TlsFiles;

/// Why TLS can't be configured from the certificate files.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A certificate or key file can't be read.
    #[error("couldn't read {} as a certificate or key", path.display())]
    File {
        path: PathBuf,
        #[source]
        source: rustls::pki_types::pem::Error,
    },
    /// A file contains no certificate.
    #[error("{} contains no certificate in PEM format", path.display())]
    Empty { path: PathBuf },
    /// The certificate or its key can't be used.
    #[error("the certificate and its key can't be used: {0}")]
    Unusable(#[from] rustls::Error),
    /// The file contains no usable certificate authority.
    #[error("the file of certificate authorities contains no usable certificate")]
    NoAuthorities(#[from] rustls::client::VerifierBuilderError),
}

/// Why a TLS connection to an engine failed, in terms of what the user can fix.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlsProblem {
    /// A file does not exist.
    #[error("{} does not exist", path.display())]
    FileMissing { path: PathBuf },
    /// A file contains no usable certificate or key, or the two don't match.
    #[error("{detail}")]
    FilesUnusable {
        /// The file and the problem.
        detail: String,
    },
    /// The engine's certificate is not signed by a trusted authority.
    #[error("the engine's certificate is not signed by a certificate authority in {authorities}")]
    UnknownIssuer {
        /// The path of `ca.pem`, or the trust store of the system.
        authorities: String,
    },
    /// The engine's certificate expired or is not valid yet.
    #[error("the engine's certificate expired, or is not valid yet")]
    NotCurrentlyValid,
    /// The engine's certificate is for another name than that of the address.
    #[error("the engine's certificate is not for the name {host}")]
    NameMismatch {
        /// The host of the address.
        host: String,
    },
    /// Any other problem with the engine's certificate.
    #[error("the engine's certificate can't be used: {detail}")]
    Certificate {
        /// The error of the TLS library.
        detail: String,
    },
    /// The engine requires a client certificate, and none is configured.
    #[error("the engine requires a client certificate")]
    ClientCertificateMissing,
    /// The engine rejected the client certificate.
    #[error("the engine rejected the client certificate")]
    ClientCertificateRejected,
    /// The engine uses plain HTTP.
    #[error("the engine doesn't use TLS")]
    PlainHttp,
    /// The engine requires TLS, and the address specifies plain HTTP.
    #[error("the engine requires TLS")]
    TlsRequired,
}

impl TlsProblem {
    /// Returns the problem for certificate files that can't be used.
    pub(super) fn of_files(error: &TlsError) -> Self {
        match error {
            TlsError::File { path, source: rustls::pki_types::pem::Error::Io(error) }
                if error.kind() == std::io::ErrorKind::NotFound =>
            {
                Self::FileMissing { path: path.clone() }
            }
            other => Self::FilesUnusable { detail: other.to_string() },
        }
    }

    /// Returns the problem of a failed connection, or `None` if TLS is not the cause.
    pub(super) fn of_connection(
        host: &str,
        files: &TlsFiles,
        error: &(dyn std::error::Error + 'static),
    ) -> Option<Self> {
        Some(match tls_error(error)? {
            rustls::Error::InvalidCertificate(reason) => Self::of_certificate(host, files, reason),
            rustls::Error::AlertReceived(AlertDescription::CertificateRequired) => {
                Self::ClientCertificateMissing
            }
            rustls::Error::AlertReceived(_) if files.identity.is_none() => {
                Self::ClientCertificateMissing
            }
            rustls::Error::AlertReceived(_) => Self::ClientCertificateRejected,
            rustls::Error::InvalidMessage(_) => Self::PlainHttp,
            other => Self::Certificate { detail: other.to_string() },
        })
    }

    fn of_certificate(host: &str, files: &TlsFiles, reason: &CertificateError) -> Self {
        use CertificateError as E;
        match reason {
            E::UnknownIssuer => {
                let system = || "the trust store of this computer".to_owned();
                let authorities =
                    files.ca.as_ref().map_or_else(system, |path| path.display().to_string());
                Self::UnknownIssuer { authorities }
            }
            E::Expired
            | E::ExpiredContext { .. }
            | E::NotValidYet
            | E::NotValidYetContext { .. } => Self::NotCurrentlyValid,
            E::NotValidForName | E::NotValidForNameContext { .. } => {
                Self::NameMismatch { host: host.to_owned() }
            }
            other => Self::Certificate { detail: other.to_string() },
        }
    }
}

/// Finds the TLS error in a chain of causes. `io::Error` does not return its wrapped error as the
/// source.
fn tls_error<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a rustls::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<rustls::Error>() {
            return Some(found);
        }
        let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        next = match wrapped {
            Some(inner) => Some(inner as &(dyn std::error::Error + 'static)),
            None => error.source(),
        };
    }
    None
}
