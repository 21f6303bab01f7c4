//! Trust in exactly the certificates that a person gave, beside what their chains say.
//!
//! A person may give the certificate of the server itself. OpenSSL, and so curl, and Go, and so
//! Docker, then trust that server. webpki does so only where the certificate looks like one of a
//! server: many that were made with `openssl req -x509` say `CA:TRUE` of themselves, and webpki
//! takes no authority for a server. Name and dates are checked all the same.
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

/// Trusts the certificates that were given, and what another verifier trusts.
#[derive(Debug)]
pub struct TrustsGiven {
    given: Vec<CertificateDer<'static>>,
    others: Arc<dyn ServerCertVerifier>,
}

impl TrustsGiven {
    /// `others` decides on what was not given.
    pub fn new(given: Vec<CertificateDer<'static>>, others: Arc<dyn ServerCertVerifier>) -> Self {
        Self { given, others }
    }
}

impl ServerCertVerifier for TrustsGiven {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let others = &self.others;
        let verified =
            others.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        match verified {
            Err(Error::InvalidCertificate(_))
                if self.given.iter().any(|given| given == end_entity) =>
            {
                check(end_entity, server_name, now)
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
        self.others.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.others.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.others.supported_verify_schemes()
    }
}

/// What is checked of a certificate that was given itself: its dates, what it may be used for, and
/// its names.
fn check(
    certificate: &CertificateDer<'_>,
    server_name: &ServerName<'_>,
    now: UnixTime,
) -> Result<ServerCertVerified, Error> {
    let facts = certificate::read(certificate).ok_or(CertificateError::BadEncoding)?;
    let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    if now > facts.not_after.unix_timestamp() {
        return Err(CertificateError::Expired.into());
    }
    if now < facts.not_before.unix_timestamp() {
        return Err(CertificateError::NotValidYet.into());
    }
    if !facts.is_for_servers {
        return Err(CertificateError::InvalidPurpose.into());
    }
    verify_server_name(&ParsedCertificate::try_from(certificate)?, server_name)?;
    Ok(ServerCertVerified::assertion())
}
