//! Real servers on 127.0.0.1. A test can start any number of each.

mod docker_cli;
mod engine;
mod engine_kind;
pub(crate) mod ministack;
mod registry;

pub use docker_cli::DockerCli;
pub use engine::EngineLab;
pub use engine_kind::EngineKind;
pub use ministack::MinistackLab;
pub use registry::RegistryLab;

use std::time::Duration;

/// How long a server may take until it answers. Generous: the machine may be building meanwhile.
const START_LIMIT: Duration = Duration::from_secs(60);
