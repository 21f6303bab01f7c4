//! How this computer reaches others: through which proxy, whom it trusts, and what a connection that
//! fails means. AWS, registries and Docker Hub all go this way.
//!
//! - `proxies`: the proxy of the environment or the system; `proxy_address` and `proxy_exceptions`: what
//!   one variable says.
//! - `gnome`: the proxy that a person set for their desktop.
//! - `place`: addresses that are this computer itself, or only mean something on its own link.
//! - `ca_file`, `certificate`: files with further certificate authorities, and what a certificate says.
//! - `given_certificates`: trust in exactly the certificates that a person gave.
//! - `verifier`: TLS by the system's authorities and those files, with the reason of a refusal.
//! - `loopback`: TLS towards servers on this computer, whose certificates name other machines.
//! - `clock`: what other clocks say about the one of this computer.
//! - `failure`: what failed, in one type for all rooms.
//! - `encoding`: answers that a server compressed without being asked.
//! - `exchange`: one request and its whole answer, for a protocol that another crate speaks.

// Inside tests a failed unwrap is the failure that the test is there to show.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod address_scope;
mod ca_file;
mod certificate;
mod clock;
mod encoding;
mod exchange;
mod failure;
mod given_certificates;
mod gnome;
mod loopback;
mod network;
mod proxies;
mod proxy_address;
mod proxy_exceptions;
#[cfg(test)]
mod proxy_tools_tests;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
mod verifier;

pub use address_scope::{AddressScope, is_loopback, scope_of, scope_of_address};
pub use ca_file::{CaCertificate, CaFile, CaFileError, CaOrigin};
pub use clock::Clock;
#[cfg(any(test, feature = "testing"))]
pub use encoding::testing as encoding_testing;
pub use encoding::{Decoder, Encoding, PIECE_BYTES, TooLarge, decoded};
pub use exchange::{Exchange, ExchangeError, ExchangeRequest, ExchangeResponse};
pub use failure::{NetworkFailure, date_header, signature_times};
pub use given_certificates::TrustsGiven;
pub use network::{NamedCaFile, Network};
pub use proxies::{Proxies, ProxyOrigin};
pub use proxy_address::Hop;
pub use verifier::{Distrust, Untrusted};
