//! The TLS verifier for servers on this computer, such as the local end of a port forward or an SSH tunnel,
//! whose certificates name the remote host. It accepts any certificate on a loopback address, as Docker
//! does: traffic on the loopback interface doesn't leave this computer, so plain HTTP is allowed there too.

use std::net::IpAddr;
use std::sync::Arc;

use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::ServerName;
use rustls::{CertificateError, Error};

use crate::address_scope::{AddressScope, scope_of_address};
use crate::certificate_check::{CertificateCheck, PresentedCertificate, verifier_with};

/// Returns a verifier that accepts every certificate of this computer and rejects those of other hosts.
pub(super) fn verifier() -> Arc<dyn ServerCertVerifier> {
    verifier_with(LoopbackOnly)
}

#[derive(Debug)]
struct LoopbackOnly;

impl CertificateCheck for LoopbackOnly {
    fn check(&self, certificate: &PresentedCertificate<'_>) -> Result<(), Error> {
        match is_loopback(certificate.server_name) {
            true => Ok(()),
            false => Err(CertificateError::NotValidForName.into()),
        }
    }
}

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
