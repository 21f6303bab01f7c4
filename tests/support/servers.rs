//! Real servers on 127.0.0.1: registries, container engines, and ministack. A test can start any number of
//! each.

mod docker_cli;
mod engine;
mod engine_kind;
pub(crate) mod ministack;
mod registry;

pub use docker_cli::DockerCli;
pub use engine::TestEngine;
pub use engine_kind::EngineKind;
pub use ministack::Ministack;
pub use registry::TestRegistry;

use std::time::Duration;

/// How long a server may take to start. Generous, because the machine may be compiling at the same time.
const START_LIMIT: Duration = Duration::from_secs(60);
