//! The shell: Tauri and nothing else. It opens the window, keeps what belongs to this computer
//! (settings, the draft, saved profiles, logs), and hands every other call to the api.
//!
//! - [`commands`]: what the window may ask, one call into the api each
//! - [`saved_profiles`], [`settings`], [`draft`]: what is kept, on top of [`files`]
//! - [`folders`], [`log`], [`options`]: where things go, what is logged, how it starts
//! - [`chosen_paths`]: the files that a person chose in a dialog; the page reaches no other
//! - [`desktop`]: the computer stays awake while images move; a notification at the end
//! - [`startup_failure`]: how a start that fails is said, with a terminal and without one
//! - [`window`]: how the one window is made, and what happens when it is asked to close

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod chosen_paths;
mod commands;
mod desktop;
mod draft;
mod errors;
mod files;
mod folders;
mod log;
pub mod options;
mod saved_profiles;
mod settings;
mod start;
mod startup_failure;
mod window;

pub use start::run;
pub use startup_failure::{answer, fail, guard};
