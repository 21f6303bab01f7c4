//! Trusts server certificates that the user listed in a CA file, in addition to the certificate authorities
//! in it. `verifier` and the Docker Engine client check with it.
//!
//! A CA file may contain the certificate of the server itself. OpenSSL (and so curl) and Go (and so Docker)
//! then trust that server. webpki rejects it if the certificate is marked `CA:TRUE`, as certificates made
//! with `openssl req -x509` are: it doesn't accept a CA certificate as a server certificate. The host name
//! and the validity are still checked.
//!
//! Source: `crypto/x509` of Go 1.25, `Certificate.Verify` ("if opts.Roots.contains(c)");
//! X509_V_FLAG_PARTIAL_CHAIN in X509_VERIFY_PARAM_set_flags(3), which curl sets.

use std::sync::Arc;

use rustls::client::danger::ServerCertVerifier;
use rustls::client::verify_server_name;
use rustls::pki_types::CertificateDer;
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, Error};

use crate::certificate;
use crate::certificate_check::{CertificateCheck, PresentedCertificate};

/// Accepts listed certificates, and everything that another verifier accepts.
#[derive(Debug)]
pub struct GivenCertificates {
    given: Vec<CertificateDer<'static>>,
    inner: Arc<dyn ServerCertVerifier>,
}

impl GivenCertificates {
    /// `inner` verifies every certificate first; `given` are accepted even if it rejects their chain.
    pub fn new(given: Vec<CertificateDer<'static>>, inner: Arc<dyn ServerCertVerifier>) -> Self {
        Self { given, inner }
    }
}

impl CertificateCheck for GivenCertificates {
    fn check(&self, certificate: &PresentedCertificate<'_>) -> Result<(), Error> {
        match certificate.check_with(self.inner.as_ref()) {
            Err(Error::InvalidCertificate(_))
                if self.given.iter().any(|given| given == certificate.leaf) =>
            {
                check_given(certificate)
            }
            other => other,
        }
    }
}

/// Checks validity, key usage and host name of a listed certificate.
fn check_given(presented: &PresentedCertificate<'_>) -> Result<(), Error> {
    let info = certificate::read(presented.leaf).ok_or(CertificateError::BadEncoding)?;
    let now = i64::try_from(presented.now.as_secs()).unwrap_or(i64::MAX);
    if now > info.not_after.unix_timestamp() {
        return Err(CertificateError::Expired.into());
    }
    if now < info.not_before.unix_timestamp() {
        return Err(CertificateError::NotValidYet.into());
    }
    if !info.is_for_servers {
        return Err(CertificateError::InvalidPurpose.into());
    }
    verify_server_name(&ParsedCertificate::try_from(presented.leaf)?, presented.server_name)
}
