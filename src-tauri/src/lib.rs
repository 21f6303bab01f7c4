//! The shell: Tauri and nothing else. It opens the window, stores what belongs to this computer (settings, the
//! draft, saved profiles, logs), and passes every other call to `transload-api`.
//!
//! - [`commands`]: what the window can call; one call into the API each
//! - [`saved_profiles`], [`settings`], [`draft`], [`recent_sources`]: stored data, written with [`files`]
//! - [`folders`], [`log`], [`options`]: folders, log file, and command line
//! - [`chosen_paths`]: the files that the user chose in a dialog; the pages can access no others
//! - [`desktop`]: keeps the computer awake during a migration, and shows a notification at its end
//! - [`allocator`], [`page_memory`]: how much memory the program and its pages take
//! - [`start`], [`start_error`], [`startup_failure`]: the start, and how a failed one is reported
//! - [`window`]: the window
//! - [`errors`]: errors that the shell itself returns

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod allocator;
mod chosen_paths;
mod commands;
mod desktop;
mod draft;
mod errors;
mod files;
mod folders;
mod log;
pub mod options;
mod page_memory;
mod recent_sources;
mod saved_profiles;
mod settings;
mod start;
mod start_error;
mod startup_failure;
mod window;

pub use allocator::return_freed_memory;
pub use page_memory::limit_page_memory;
pub use start::run;
pub use startup_failure::{print, report, report_panics};
