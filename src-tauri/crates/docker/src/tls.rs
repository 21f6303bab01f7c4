//! TLS towards an engine behind `tcp://`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{
    AlertDescription, CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore,
    SignatureScheme,
};
use rustls_platform_verifier::BuilderVerifierExt;

use super::{DockerAddress, TlsFiles};
use transload_network::GivenCertificateVerifier;

/// Why the TLS of an address cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A certificate or key file cannot be read.
    #[error("{} cannot be read as a certificate or key", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: rustls::pki_types::pem::Error,
    },
    /// A file holds no certificate.
    #[error("{} holds no certificate in PEM form", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// Certificate and key cannot be used.
    #[error("the certificate and its key cannot be used: {0}")]
    Unusable(#[from] rustls::Error),
    /// The file of authorities holds none.
    #[error("the file of certificate authorities holds none that can be used")]
    NoAuthorities(#[from] rustls::client::VerifierBuilderError),
}

/// What is wrong with the TLS towards an engine, as the person can mend it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlsProblem {
    /// A file does not exist.
    #[error("{} does not exist", path.display())]
    FileMissing {
        /// The file.
        path: PathBuf,
    },
    /// A file holds no certificate or key that can be used, or the two do not belong together.
    #[error("{detail}")]
    FilesUnusable {
        /// Which file, and what is wrong with it.
        detail: String,
    },
    /// The engine's certificate is signed by no authority that counts.
    #[error("the engine's certificate is not signed by an authority of {authorities}")]
    UnknownIssuer {
        /// `ca.pem` with its folder, or the system.
        authorities: String,
    },
    /// The dates of the engine's certificate.
    #[error("the engine's certificate has expired, or is not valid yet")]
    Dates,
    /// The engine's certificate is for another name than the address has.
    #[error("the engine's certificate is for another name than {host}")]
    OtherName {
        /// The host of the address.
        host: String,
    },
    /// Something else about the engine's certificate.
    #[error("the engine's certificate cannot be used: {detail}")]
    Certificate {
        /// What TLS says.
        detail: String,
    },
    /// The engine wants a certificate, and got none.
    #[error("the engine requires a client certificate")]
    ClientCertificateMissing,
    /// The engine does not accept the certificate that it got.
    #[error("the engine does not accept the client certificate")]
    ClientCertificateRefused,
    /// The engine speaks plain HTTP.
    #[error("the engine does not speak TLS")]
    NoTls,
    /// The engine speaks TLS, and got plain HTTP.
    #[error("the engine requires TLS")]
    TlsRequired,
}

impl TlsProblem {
    /// The problem behind a file that cannot be used.
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

    /// The problem behind a connection that failed, if it is one of TLS.
    pub(super) fn of_connection(
        address: &DockerAddress,
        error: &(dyn std::error::Error + 'static),
    ) -> Option<Self> {
        let DockerAddress::Tcp { host, tls: Some(files), .. } = address else { return None };
        Some(match tls_error(error)? {
            rustls::Error::InvalidCertificate(reason) => Self::of_certificate(host, files, reason),
            rustls::Error::AlertReceived(AlertDescription::CertificateRequired) => {
                Self::ClientCertificateMissing
            }
            rustls::Error::AlertReceived(_) if files.identity.is_none() => {
                Self::ClientCertificateMissing
            }
            rustls::Error::AlertReceived(_) => Self::ClientCertificateRefused,
            rustls::Error::InvalidMessage(_) => Self::NoTls,
            other => Self::Certificate { detail: other.to_string() },
        })
    }

    fn of_certificate(host: &str, files: &TlsFiles, reason: &CertificateError) -> Self {
        use CertificateError as E;
        match reason {
            E::UnknownIssuer => {
                let system = || "this computer".to_owned();
                let authorities =
                    files.ca.as_ref().map_or_else(system, |path| path.display().to_string());
                Self::UnknownIssuer { authorities }
            }
            E::Expired
            | E::ExpiredContext { .. }
            | E::NotValidYet
            | E::NotValidYetContext { .. } => Self::Dates,
            E::NotValidForName | E::NotValidForNameContext { .. } => {
                Self::OtherName { host: host.to_owned() }
            }
            other => Self::Certificate { detail: other.to_string() },
        }
    }
}

/// The error of TLS in a chain of causes. An `io::Error` hides what it wraps from `source`.
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

/// The TLS settings that the files of an address ask for.
pub(super) fn configuration(files: &TlsFiles) -> Result<ClientConfig, TlsError> {
    // Named here, so that nothing depends on which provider the process installed.
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()?;
    let builder = match &files.ca {
        _ if files.skip_verify => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(AnyCertificate::new(&provider))),
        Some(path) => {
            let given = certificates(path)?;
            let mut roots = RootCertStore::empty();
            for certificate in &given {
                roots.add(certificate.clone())?;
            }
            let chains =
                WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
                    .build()?;
            let trusted = GivenCertificateVerifier::new(given, chains);
            builder.dangerous().with_custom_certificate_verifier(Arc::new(trusted))
        }
        None => builder.with_platform_verifier()?,
    };
    Ok(match &files.identity {
        Some((certificate, key)) => {
            builder.with_client_auth_cert(certificates(certificate)?, private_key(key)?)?
        }
        None => builder.with_no_client_auth(),
    })
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let read = read.map_err(|source| TlsError::File { path: path.to_owned(), source })?;
    if read.is_empty() { Err(TlsError::Empty { path: path.to_owned() }) } else { Ok(read) }
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_file(path)
        .map_err(|source| TlsError::File { path: path.to_owned(), source })
}

/// Takes any certificate, for a Docker context that says `SkipTLSVerify`. Signatures are still
/// checked, so the peer must own the key of the certificate it shows.
#[derive(Debug)]
struct AnyCertificate(WebPkiSupportedAlgorithms);

impl AnyCertificate {
    fn new(provider: &CryptoProvider) -> Self {
        Self(provider.signature_verification_algorithms)
    }
}

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(message, certificate, signature, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(message, certificate, signature, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpStream;
    use tokio_rustls::TlsConnector;

    use super::*;
    use transload_network::testing::{SelfSignedOptions, TlsServer, Validity, self_signed};

    #[tokio::test]
    async fn an_engine_s_own_certificate_is_trusted_where_it_is_the_file_of_authorities() {
        let options =
            SelfSignedOptions { is_authority: true, is_for_servers: true, validity: Validity::Now };
        let leaf = self_signed("engine.example", options);
        let server = TlsServer::start(&leaf, "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
        let folder = tempfile::tempdir().unwrap();
        let ca = folder.path().join("ca.pem");
        for (given, host, is_trusted) in [
            (&leaf, "engine.example", true),
            (&leaf, "other.example", false),
            (&self_signed("engine.example", options), "engine.example", false),
        ] {
            std::fs::write(&ca, given.pem()).unwrap();
            let files = TlsFiles { ca: Some(ca.clone()), ..TlsFiles::default() };
            let connector = TlsConnector::from(Arc::new(configuration(&files).unwrap()));
            let stream = TcpStream::connect(server.address).await.unwrap();
            let host = ServerName::try_from(host).unwrap();
            assert_eq!(connector.connect(host, stream).await.is_ok(), is_trusted);
        }
    }
}
