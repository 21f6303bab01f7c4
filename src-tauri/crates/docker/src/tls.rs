//! The TLS configuration for an engine with a `tcp://` address. Used by `transport`.

use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;

use crate::tls_files::TlsFiles;
use crate::tls_problem::TlsError;
use transload_network::{CertificateCheck, GivenCertificates, PresentedCertificate, verifier_with};

/// Returns the TLS configuration for the certificate files of an address.
pub(super) fn configuration(files: &TlsFiles) -> Result<ClientConfig, TlsError> {
    // Named explicitly, so the result does not depend on the default provider of the process.
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()?;
    let builder = match &files.ca {
        _ if files.skip_verify => {
            builder.dangerous().with_custom_certificate_verifier(verifier_with(AnyCertificate))
        }
        Some(path) => {
            let authorities = certificates(path)?;
            let mut roots = RootCertStore::empty();
            for certificate in &authorities {
                roots.add(certificate.clone())?;
            }
            let chains =
                WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
                    .build()?;
            let trusted = GivenCertificates::new(authorities, chains);
            builder.dangerous().with_custom_certificate_verifier(verifier_with(trusted))
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
    let certificates =
        CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let certificates =
        certificates.map_err(|source| TlsError::File { path: path.to_owned(), source })?;
    if certificates.is_empty() {
        return Err(TlsError::Empty { path: path.to_owned() });
    }
    Ok(certificates)
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_file(path)
        .map_err(|source| TlsError::File { path: path.to_owned(), source })
}

/// Accepts any certificate, for `DOCKER_TLS` and for a Docker context with `SkipTLSVerify`.
#[derive(Debug)]
struct AnyCertificate;

impl CertificateCheck for AnyCertificate {
    fn check(&self, _certificate: &PresentedCertificate<'_>) -> Result<(), rustls::Error> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpStream;
    use tokio_rustls::TlsConnector;

    use rustls::pki_types::ServerName;

    use super::*;
    use transload_network::testing::{SelfSignedOptions, TlsServer, Validity, self_signed};

    #[tokio::test]
    async fn a_self_signed_certificate_in_ca_pem_is_trusted() {
        let options =
            SelfSignedOptions { is_authority: true, is_for_servers: true, validity: Validity::Now };
        let leaf = self_signed("engine.example", options);
        let server = TlsServer::start(&leaf, "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
        let folder = tempfile::tempdir().unwrap();
        let ca = folder.path().join("ca.pem");
        for (authority, host, is_trusted) in [
            (&leaf, "engine.example", true),
            (&leaf, "other.example", false),
            (&self_signed("engine.example", options), "engine.example", false),
        ] {
            std::fs::write(&ca, authority.pem()).unwrap();
            let files = TlsFiles { ca: Some(ca.clone()), ..TlsFiles::default() };
            let connector = TlsConnector::from(Arc::new(configuration(&files).unwrap()));
            let stream = TcpStream::connect(server.address).await.unwrap();
            let host = ServerName::try_from(host).unwrap();
            assert_eq!(connector.connect(host, stream).await.is_ok(), is_trusted);
        }
    }
}
