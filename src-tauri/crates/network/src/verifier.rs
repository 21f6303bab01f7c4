//! TLS by the system's authorities and further ones, with the reason of a refusal.

use std::io;
use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, OtherError, SignatureScheme};
use time::OffsetDateTime;

use crate::certificate;
use crate::given_certificates::TrustsGiven;

/// Why a certificate is not trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Distrust {
    /// Nobody whom this computer trusts stands at the end of its chain.
    UnknownIssuer,
    /// It is over.
    Expired {
        /// Since when.
        not_after: OffsetDateTime,
    },
    /// It has not begun.
    NotYetValid {
        /// When it begins.
        not_before: OffsetDateTime,
    },
    /// It is for another name.
    OtherName,
    /// Something else is wrong with it.
    Other {
        /// What TLS says.
        detail: String,
    },
}

/// A certificate that this computer does not trust.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Untrusted {
    /// Whom the connection was for.
    pub host: String,
    /// Whom the certificate is for.
    pub subject: String,
    /// Who stands at the end of the chain that came.
    pub issuer: String,
    /// Why it is not trusted.
    pub reason: Distrust,
}

impl std::fmt::Display for Untrusted {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { host, subject, issuer, reason } = self;
        match reason {
            Distrust::UnknownIssuer if subject == issuer => {
                write!(formatter, "the certificate of {host} is signed by nobody but itself")
            }
            Distrust::UnknownIssuer => write!(
                formatter,
                "the certificate of {host} was issued by \u{201c}{issuer}\u{201d}, which this \
                 computer does not trust"
            ),
            Distrust::Expired { not_after } => {
                write!(formatter, "the certificate of {host} ended on {}", not_after.date())
            }
            Distrust::NotYetValid { not_before } => {
                write!(formatter, "the certificate of {host} begins on {}", not_before.date())
            }
            Distrust::OtherName => write!(
                formatter,
                "the certificate that {host} shows is for another name, \u{201c}{subject}\u{201d}"
            ),
            Distrust::Other { detail } => {
                write!(formatter, "the certificate of {host} cannot be used: {detail}")
            }
        }
    }
}

/// The system has no certificate authorities, and none are given.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{detail}")]
struct NoAuthorities {
    detail: String,
}

/// What a handshake fails with then.
pub(super) fn without_authorities(error: &rustls::Error) -> rustls::Error {
    rustls::Error::Other(OtherError(Arc::new(NoAuthorities { detail: error.to_string() })))
}

/// TLS towards servers, by the system's authorities and these. They are read at the first handshake:
/// many registries, and every practice, speak without TLS, and a system has some 150 of them.
pub(super) fn verifier(extra: Vec<CertificateDer<'static>>) -> Arc<dyn ServerCertVerifier> {
    // Named here, so that nothing depends on which provider the process installed.
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    Arc::new(Explaining { extra, provider, inner: OnceLock::new() })
}

/// The settings of TLS with a verifier, for the protocols that are offered.
pub(super) fn configuration(
    verifier: Arc<dyn ServerCertVerifier>,
    protocols: &[&str],
) -> rustls::ClientConfig {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut configuration = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the cryptography that is built in has TLS 1.2 and 1.3")
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    configuration.alpn_protocols =
        protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    configuration
}

/// The system's verifier; what it refuses is refused, with the names of the certificate.
#[derive(Debug)]
struct Explaining {
    extra: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
    inner: OnceLock<Result<TrustsGiven, rustls::Error>>,
}

impl Explaining {
    fn inner(&self) -> Result<&TrustsGiven, rustls::Error> {
        let made = self.inner.get_or_init(|| {
            let provider = Arc::clone(&self.provider);
            let made = if self.extra.is_empty() {
                rustls_platform_verifier::Verifier::new(provider)
            } else {
                let extra = self.extra.iter().cloned();
                rustls_platform_verifier::Verifier::new_with_extra_roots(extra, provider)
            };
            let made = made.map_err(|error| without_authorities(&error))?;
            Ok(TrustsGiven::new(self.extra.clone(), Arc::new(made)))
        });
        made.as_ref().map_err(Clone::clone)
    }
}

impl ServerCertVerifier for Explaining {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verified = self.inner()?.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        verified.map_err(|error| match error {
            rustls::Error::InvalidCertificate(reason) => {
                let untrusted = explained(end_entity, intermediates, server_name, &reason);
                rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(
                    untrusted,
                ))))
            }
            other => other,
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

fn explained(
    end_entity: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
    server_name: &ServerName<'_>,
    reason: &CertificateError,
) -> Untrusted {
    let leaf = certificate::read(end_entity);
    let last = intermediates.last().unwrap_or(end_entity);
    let unknown = || "(unreadable)".to_owned();
    let (not_before, not_after) = match &leaf {
        Some(leaf) => (leaf.not_before, leaf.not_after),
        None => (OffsetDateTime::UNIX_EPOCH, OffsetDateTime::UNIX_EPOCH),
    };
    let reason = match reason {
        CertificateError::UnknownIssuer => Distrust::UnknownIssuer,
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            Distrust::Expired { not_after }
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            Distrust::NotYetValid { not_before }
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            Distrust::OtherName
        }
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            Distrust::Other { detail: "it is not for servers".to_owned() }
        }
        // A certificate that signs itself and is no authority.
        other if leaf.as_ref().is_some_and(|leaf| leaf.subject == leaf.issuer) => {
            tracing::debug!(?other, "a certificate signs itself");
            Distrust::UnknownIssuer
        }
        other => Distrust::Other { detail: other.to_string() },
    };
    Untrusted {
        host: server_name.to_str().into_owned(),
        subject: leaf.map_or_else(unknown, |leaf| leaf.subject),
        issuer: certificate::read(last).map_or_else(unknown, |last| last.issuer),
        reason,
    }
}

/// The refused certificate behind a failed connection.
pub(super) fn untrusted<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a Untrusted> {
    match tls_error(error)? {
        rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(other))) => {
            other.downcast_ref()
        }
        _ => None,
    }
}

/// Why nobody could be trusted behind a failed connection: the system has no authorities.
pub(super) fn no_authorities(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    match tls_error(error)? {
        rustls::Error::Other(OtherError(other)) => {
            other.downcast_ref::<NoAuthorities>().map(ToString::to_string)
        }
        _ => None,
    }
}

/// What TLS says behind a failed connection, where it got so far.
pub(super) fn tls_error<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> Option<&'a rustls::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref() {
            return Some(error);
        }
        // An error of input and output does not give the one that it was made of as its source.
        next = match error.downcast_ref::<io::Error>() {
            Some(wrapped) => wrapped.get_ref().map(|inner| inner as _),
            None => error.source(),
        };
    }
    None
}
