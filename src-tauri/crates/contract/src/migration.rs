//! What the user asks a migration to do.

pub use transload_migration::entered::{
    ConflictChoice, ConflictResolution, EnteredRequest as MigrationRequest,
    EnteredScope as CopyScope, EnteredSettings as RepositorySettings, RepositoryMapping,
};
pub use transload_model::{Encryption, LifecyclePreset, Reported, TagMutability};
