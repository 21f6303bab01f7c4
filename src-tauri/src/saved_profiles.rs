//! Saved profiles, in a file that stays consistent if the process is killed. The commands use
//! [`store::SavedProfiles`].
//!
//! - [`store`]: the list, stored with tauri-plugin-store
//! - [`rules`]: names, IDs, the default, export and import
//! - [`recovery`]: repairs a damaged file before the store reads it

mod recovery;
mod rules;
pub mod store;
#[cfg(test)]
mod tests;
