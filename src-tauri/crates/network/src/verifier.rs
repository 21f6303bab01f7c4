//! The TLS verifier of all connections: it trusts the system's certificate authorities and additional ones,
//! and reports the reason and the names of a rejected certificate in its error.

use std::io;
use std::sync::{Arc, OnceLock};

use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::CertificateDer;
use rustls::{CertificateError, Error, OtherError};
use time::OffsetDateTime;

use crate::certificate;
use crate::certificate_check::{CertificateCheck, PresentedCertificate, verifier_with};
use crate::given_certificates::GivenCertificates;

/// Why a certificate was rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RejectionReason {
    /// The chain ends at an issuer that this computer doesn't trust.
    UnknownIssuer,
    Expired {
        not_after: OffsetDateTime,
    },
    NotYetValid {
        not_before: OffsetDateTime,
    },
    /// The certificate is for another host name.
    NameMismatch,
    Other {
        /// The message of the TLS library.
        detail: String,
    },
}

/// A certificate that this computer doesn't trust.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Untrusted {
    /// The host name of the connection.
    pub host: String,
    pub subject: String,
    /// The issuer of the last certificate in the chain that the server sent.
    pub issuer: String,
    pub reason: RejectionReason,
}

impl std::fmt::Display for Untrusted {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { host, subject, issuer, reason } = self;
        match reason {
            RejectionReason::UnknownIssuer if subject == issuer => {
                write!(formatter, "the certificate of {host} is self-signed")
            }
            RejectionReason::UnknownIssuer => write!(
                formatter,
                "the certificate of {host} was issued by \u{201c}{issuer}\u{201d}, which this \
                 computer does not trust"
            ),
            RejectionReason::Expired { not_after } => {
                write!(formatter, "the certificate of {host} expired on {}", not_after.date())
            }
            RejectionReason::NotYetValid { not_before } => {
                write!(
                    formatter,
                    "the certificate of {host} is not valid before {}",
                    not_before.date()
                )
            }
            RejectionReason::NameMismatch => write!(
                formatter,
                "the certificate of {host} is for another name, \u{201c}{subject}\u{201d}"
            ),
            RejectionReason::Other { detail } => {
                write!(formatter, "the certificate of {host} is invalid: {detail}")
            }
        }
    }
}

/// The system has no certificate authorities, and there is no CA file.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{detail}")]
struct NoAuthorities {
    detail: String,
}

/// Wraps the error of the platform verifier, so that [`no_authorities`] finds it behind a failed handshake.
pub(super) fn no_authorities_error(error: &Error) -> Error {
    Error::Other(OtherError(Arc::new(NoAuthorities { detail: error.to_string() })))
}

/// Returns a verifier that trusts the system's certificate authorities and `extra`. The system's list is
/// read at the first handshake: it has about 150 entries, and practice mode uses no TLS.
pub(super) fn verifier(extra: Vec<CertificateDer<'static>>) -> Arc<dyn ServerCertVerifier> {
    verifier_with(ExplainedCheck { extra, inner: OnceLock::new() })
}

/// Returns a TLS configuration with a verifier that offers the given ALPN protocols.
pub(super) fn client_config(
    verifier: Arc<dyn ServerCertVerifier>,
    protocols: &[&str],
) -> rustls::ClientConfig {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut configuration = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("aws-lc-rs supports TLS 1.2 and 1.3")
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    configuration.alpn_protocols =
        protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    configuration
}

/// Wraps the platform verifier and adds the names of the certificate to its errors.
#[derive(Debug)]
struct ExplainedCheck {
    extra: Vec<CertificateDer<'static>>,
    inner: OnceLock<Result<GivenCertificates, Error>>,
}

impl ExplainedCheck {
    fn inner(&self) -> Result<&GivenCertificates, Error> {
        let made = self.inner.get_or_init(|| {
            // Explicit, so that the result doesn't depend on the default provider of the process.
            let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
            let made = if self.extra.is_empty() {
                rustls_platform_verifier::Verifier::new(provider)
            } else {
                let extra = self.extra.iter().cloned();
                rustls_platform_verifier::Verifier::new_with_extra_roots(extra, provider)
            };
            let made = made.map_err(|error| no_authorities_error(&error))?;
            Ok(GivenCertificates::new(self.extra.clone(), Arc::new(made)))
        });
        made.as_ref().map_err(Clone::clone)
    }
}

impl CertificateCheck for ExplainedCheck {
    fn check(&self, certificate: &PresentedCertificate<'_>) -> Result<(), Error> {
        self.inner()?.check(certificate).map_err(|error| match error {
            Error::InvalidCertificate(reason) => {
                let untrusted = explain_rejection(certificate, &reason);
                Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(untrusted))))
            }
            other => other,
        })
    }
}

fn explain_rejection(presented: &PresentedCertificate<'_>, reason: &CertificateError) -> Untrusted {
    let leaf = certificate::read(presented.leaf);
    let last = presented.intermediates.last().unwrap_or(presented.leaf);
    let unreadable = || "(unreadable)".to_owned();
    let (not_before, not_after) = match &leaf {
        Some(leaf) => (leaf.not_before, leaf.not_after),
        None => (OffsetDateTime::UNIX_EPOCH, OffsetDateTime::UNIX_EPOCH),
    };
    let reason = match reason {
        CertificateError::UnknownIssuer => RejectionReason::UnknownIssuer,
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            RejectionReason::Expired { not_after }
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            RejectionReason::NotYetValid { not_before }
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            RejectionReason::NameMismatch
        }
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            RejectionReason::Other { detail: "it is not a server certificate".to_owned() }
        }
        // A self-signed certificate that is not a CA certificate.
        other if leaf.as_ref().is_some_and(|leaf| leaf.subject == leaf.issuer) => {
            tracing::debug!(?other, "the certificate is self-signed");
            RejectionReason::UnknownIssuer
        }
        other => RejectionReason::Other { detail: other.to_string() },
    };
    Untrusted {
        host: presented.server_name.to_str().into_owned(),
        subject: leaf.map_or_else(unreadable, |leaf| leaf.subject),
        issuer: certificate::read(last).map_or_else(unreadable, |last| last.issuer),
        reason,
    }
}

/// Returns the rejected certificate if it is the cause of a failed connection.
pub(super) fn untrusted<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a Untrusted> {
    match tls_error(error)? {
        Error::InvalidCertificate(CertificateError::Other(OtherError(other))) => {
            other.downcast_ref()
        }
        _ => None,
    }
}

/// Returns the message if a connection failed because the system has no certificate authorities.
pub(super) fn no_authorities(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    match tls_error(error)? {
        Error::Other(OtherError(other)) => {
            other.downcast_ref::<NoAuthorities>().map(ToString::to_string)
        }
        _ => None,
    }
}

/// Finds the TLS error among the sources of a failed connection.
pub(super) fn tls_error<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref() {
            return Some(error);
        }
        // `io::Error::source` skips the error that it wraps.
        next = match error.downcast_ref::<io::Error>() {
            Some(wrapped) => wrapped.get_ref().map(|inner| inner as _),
            None => error.source(),
        };
    }
    None
}
