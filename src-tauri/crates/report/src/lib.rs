//! What is made of the report of a migration. Everything here is pure.
//!
//! `api` summarizes each report that it makes and exports reports to files. `transload-cli` also merges the
//! reports of a plan that several computers ran in parts.
//!
//! - `summary`: the headline and the counts in words; the only place where an outcome becomes text
//! - `export`: a report as Markdown, CSV, JSON or HTML
//! - `merge`: one report of the reports of all parts

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod export;
mod merge;
mod summary;

pub use export::report_text;
pub use merge::{NamedReport, merged_report};
pub use summary::{Attention, blank_report, summarize, summary, unreadable_summary};
