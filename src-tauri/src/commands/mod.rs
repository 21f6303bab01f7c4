//! What the window may ask: one file a subject, one call into the api a command. `list.rs` names
//! them all.

mod app;
mod aws;
mod client_logins;
mod docker;
mod history;
mod jobs;
mod migration;
mod network;
mod practice;
mod profiles;
mod registry_settings;
mod repositories;
mod settings;
mod sign_in;
mod sources;

use tauri::Runtime;
use tauri::ipc::Invoke;

macro_rules! commands {
    ($($file:ident: $($command:ident),+;)+) => {
        /// Every command by name.
        #[cfg(test)]
        pub const COMMANDS: &[&str] = &[$($(stringify!($command)),+),+];

        /// Dispatches every command.
        pub fn handler<R: Runtime>() -> impl Fn(Invoke<R>) -> bool + Send + Sync + 'static {
            tauri::generate_handler![$($($file::$command),+),+]
        }
    };
}
include!("list.rs");

#[cfg(test)]
mod tests;
