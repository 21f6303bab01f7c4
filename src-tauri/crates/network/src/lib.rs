//! Outgoing connections: proxies, trusted certificate authorities, and the causes of failed connections.
//! The crates `aws`, `registry` and `hub` build their HTTP clients from one [`Network`].
//!
//! - `network`: [`Network`], the settings that all HTTP clients share, and the clients built from them.
//! - `proxies`: the proxy settings of the environment or the operating system. `proxy_address` parses one
//!   proxy URL, `proxy_exceptions` parses `NO_PROXY`, and `gnome` reads the proxy settings of GNOME.
//! - `address_scope`: loopback and link-local addresses, which never go through a proxy.
//! - `verifier`: the TLS verifier, which trusts the system's certificate authorities and those of the CA
//!   files, and names the reason if it rejects a certificate. `ca_file` reads CA files, `certificate`
//!   parses certificates, and `given_certificates` trusts server certificates that the user listed.
//! - `certificate_check`: the part that all TLS verifiers share.
//! - `loopback`: the TLS verifier for servers on this computer, whose certificates name other hosts.
//! - `clock`: the clock skew between this computer and the servers.
//! - `failure`: [`NetworkFailure`], the causes of a failed connection that lie between this computer and
//!   the server.
//! - `encoding`: decodes response bodies that a server compressed although `identity` was requested.
//! - `exchange`: one request and its complete response, for the AWS SDK and `inspection`.
//! - `inspection`: requests that examine a server: they record its certificate and follow no redirect.

// In tests, a failed unwrap is a failed test.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod address_scope;
mod ca_file;
mod certificate;
mod certificate_check;
mod clock;
mod encoding;
mod exchange;
mod failure;
mod given_certificates;
mod gnome;
mod inspection;
mod loopback;
mod network;
mod proxies;
mod proxy_address;
mod proxy_exceptions;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod verifier;

pub use address_scope::{AddressScope, is_loopback, scope_of, scope_of_address};
pub use ca_file::{CaCertificate, CaFile, CaFileError, CaOrigin};
pub use certificate_check::{CertificateCheck, PresentedCertificate, verifier_with};
pub use clock::Clock;
#[cfg(any(test, feature = "testing"))]
pub use encoding::testing as encoding_testing;
pub use encoding::{Decoder, Encoding, PIECE_BYTES, TooLarge, decode_body};
pub use exchange::{Exchange, ExchangeError, ExchangeRequest, ExchangeResponse};
pub use failure::{NetworkFailure, skew_from_date, skew_from_signature_error};
pub use given_certificates::GivenCertificates;
pub use inspection::{Inspection, InspectionTrust, SeenCertificate};
pub use network::{NamedCaFile, Network};
pub use proxies::{Proxies, ProxyOrigin};
pub use proxy_address::Hop;
pub use verifier::{RejectionReason, Untrusted};
