//! The TLS verifier for servers on this computer, such as the local end of a port forward or an SSH tunnel,
//! whose certificates name the remote host. It accepts any certificate on a loopback address, as Docker
//! does: traffic on the loopback interface doesn't leave this computer, so plain HTTP is allowed there too.

use std::net::IpAddr;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, SignatureScheme};

use crate::address_scope::{AddressScope, scope_of_address};

/// Returns a verifier that accepts every certificate of this computer and rejects those of other hosts.
pub(super) fn verifier() -> Arc<dyn ServerCertVerifier> {
    Arc::new(LoopbackOnly(Arc::new(rustls::crypto::aws_lc_rs::default_provider())))
}

#[derive(Debug)]
struct LoopbackOnly(Arc<CryptoProvider>);

fn is_loopback(name: &ServerName<'_>) -> bool {
    match name {
        ServerName::IpAddress(address) => {
            scope_of_address(IpAddr::from(*address)) == AddressScope::Loopback
        }
        ServerName::DnsName(name) => {
            let name = name.as_ref();
            name == "localhost" || name.ends_with(".localhost")
        }
        _ => false,
    }
}

impl ServerCertVerifier for LoopbackOnly {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        match is_loopback(server_name) {
            true => Ok(ServerCertVerified::assertion()),
            false => Err(CertificateError::NotValidForName.into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
