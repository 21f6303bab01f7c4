//! The open registries.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use transload_model::RegistryHost;
use transload_registry::{RegistryClient, RegistryEndpoint};

use crate::hub_clients::HubClients;
use crate::locks::locked;

#[derive(Default)]
pub(crate) struct OpenClients(Mutex<HashMap<RegistryHost, Clients>>);

/// The clients of a registry, and of Docker Hub's own API if it has one.
#[derive(Clone)]
pub(crate) struct Clients {
    pub endpoint: RegistryEndpoint,
    pub registry: Arc<RegistryClient>,
    pub hub: Option<HubClients>,
}

impl OpenClients {
    pub fn get(&self, endpoint: &RegistryEndpoint) -> Option<Clients> {
        let found = locked(&self.0).get(&endpoint.host).cloned();
        found.filter(|clients| clients.endpoint == *endpoint)
    }

    pub fn put(&self, clients: Clients) {
        locked(&self.0).insert(clients.endpoint.host.clone(), clients);
    }

    /// Forgets a registry, because its login changed. The next call opens it again.
    pub fn forget(&self, registry: &RegistryHost) {
        locked(&self.0).remove(registry);
    }

    /// Forgets every registry, because the network changed.
    pub fn forget_all(&self) {
        locked(&self.0).clear();
    }
}
