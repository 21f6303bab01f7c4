//! Trusts server certificates that the user listed in a CA file, in addition to the certificate authorities
//! in it. `verifier` and the Docker Engine client wrap their verifiers with it.
//!
//! A CA file may contain the certificate of the server itself. OpenSSL (and so curl) and Go (and so Docker)
//! then trust that server. webpki rejects it if the certificate is marked `CA:TRUE`, as certificates made
//! with `openssl req -x509` are: it doesn't accept a CA certificate as a server certificate. The host name
//! and the validity are still checked.
//!
//! Source: `crypto/x509` of Go 1.25, `Certificate.Verify` ("if opts.Roots.contains(c)");
//! X509_V_FLAG_PARTIAL_CHAIN in X509_VERIFY_PARAM_set_flags(3), which curl sets.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};

use crate::certificate;

/// A verifier that accepts listed certificates, and everything that another verifier accepts.
#[derive(Debug)]
pub struct GivenCertificateVerifier {
    given: Vec<CertificateDer<'static>>,
    inner: Arc<dyn ServerCertVerifier>,
}

impl GivenCertificateVerifier {
    /// `inner` verifies every certificate first; `given` are accepted even if it rejects their chain.
    pub fn new(given: Vec<CertificateDer<'static>>, inner: Arc<dyn ServerCertVerifier>) -> Self {
        Self { given, inner }
    }
}

impl ServerCertVerifier for GivenCertificateVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified = self.inner.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        match verified {
            Err(Error::InvalidCertificate(_))
                if self.given.iter().any(|given| given == end_entity) =>
            {
                check_given(end_entity, server_name, now)
            }
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

/// Checks validity, key usage and host name of a listed certificate.
fn check_given(
    certificate: &CertificateDer<'_>,
    server_name: &ServerName<'_>,
    now: UnixTime,
) -> Result<ServerCertVerified, Error> {
    let info = certificate::read(certificate).ok_or(CertificateError::BadEncoding)?;
    let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    if now > info.not_after.unix_timestamp() {
        return Err(CertificateError::Expired.into());
    }
    if now < info.not_before.unix_timestamp() {
        return Err(CertificateError::NotValidYet.into());
    }
    if !info.is_for_servers {
        return Err(CertificateError::InvalidPurpose.into());
    }
    verify_server_name(&ParsedCertificate::try_from(certificate)?, server_name)?;
    Ok(ServerCertVerified::assertion())
}
