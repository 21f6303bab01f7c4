//! The part that all TLS verifiers of this program share. A [`CertificateCheck`] decides whether the certificate of
//! a server is accepted. The signatures of the handshake are verified in any case, so the server must have the key
//! of its certificate.

use std::fmt::Debug;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, Error, SignatureScheme};

/// The certificate of a server, as its handshake presents it.
pub struct PresentedCertificate<'a> {
    pub leaf: &'a CertificateDer<'a>,
    pub intermediates: &'a [CertificateDer<'a>],
    pub server_name: &'a ServerName<'a>,
    pub ocsp_response: &'a [u8],
    pub now: UnixTime,
}

impl PresentedCertificate<'_> {
    pub(crate) fn check_with(&self, verifier: &dyn ServerCertVerifier) -> Result<(), Error> {
        let Self { leaf, intermediates, server_name, ocsp_response, now } = *self;
        verifier.verify_server_cert(leaf, intermediates, server_name, ocsp_response, now)?;
        Ok(())
    }
}

/// Decides whether the certificate of a server is accepted.
pub trait CertificateCheck: Debug + Send + Sync + 'static {
    fn check(&self, certificate: &PresentedCertificate<'_>) -> Result<(), Error>;
}

/// Returns a TLS verifier that accepts the certificates that pass a check.
pub fn verifier_with(check: impl CertificateCheck) -> Arc<dyn ServerCertVerifier> {
    // Explicit, so that the result doesn't depend on the default provider of the process.
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    Arc::new(Verifier { check, algorithms: provider.signature_verification_algorithms })
}

#[derive(Debug)]
struct Verifier<C> {
    check: C,
    algorithms: WebPkiSupportedAlgorithms,
}

impl<C: CertificateCheck> ServerCertVerifier for Verifier<C> {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let certificate =
            PresentedCertificate { leaf, intermediates, server_name, ocsp_response, now };
        self.check.check(&certificate)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
