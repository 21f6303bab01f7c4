//! One name for the crates below the border, until every caller names them.

pub use transload_aws as aws;
pub use transload_docker as docker;
pub use transload_hub as hub;
pub use transload_lifecycle as lifecycle;
pub use transload_migration as migration;
pub use transload_migration::stored_logins;
pub use transload_model as model;
pub use transload_network as network;
pub use transload_registry as registry;
pub use transload_repositories as repositories;
