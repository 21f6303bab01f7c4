//! What the clients on this computer are configured to do with a name: `registries.conf`, `hosts.toml`,
//! `daemon.json` and credential helpers. Check 12 reads them.

mod containerd;
mod containers;
mod docker;
pub(crate) mod files;

use crate::clients::files::{ClientConfiguration, ClientFiles};
use crate::name::FriendlyName;

/// Reads what the clients would do with a name.
pub(crate) fn read_clients(files: &ClientFiles, name: &FriendlyName) -> ClientConfiguration {
    let mut found = ClientConfiguration::default();
    containers::read(files, name, &mut found);
    containerd::read(files, name, &mut found);
    docker::read(files, name, &mut found);
    found
}

#[cfg(test)]
mod tests;
