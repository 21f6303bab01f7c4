//! The saved profiles: a list under rules, in a file that survives a kill.
//!
//! - [`SavedProfiles`]: the list, on tauri-plugin-store
//! - [`rules`]: names, ids, the default, export and import
//! - [`recovery`]: what is done about a damaged file before the store reads it

mod recovery;
mod rules;
mod stored;
#[cfg(test)]
mod tests;

pub use stored::SavedProfiles;
