//! The one place where an error of the program becomes a code and words.
//!
//! Every failed call answers an [`ApiError`], and reports and events contain it. The other crates below
//! `api` return error enums of their own; each file here that is named for a subject converts those of that
//! subject. It chooses the code, keeps the causes, and adds hints that contain facts of the failure.
//!
//! - `api_error`, `code`: [`ApiError`] and [`ErrorCode`]
//! - `words`, `word_table`: title, next steps and actions of each code, and which text comes from where
//! - `sentence`: makes a sentence of the text of an error
//! - `recorded`: errors as the journal and plan files record them
//! - `aws`, `sign_in`, `client_login`, `docker`, `hub`, `registry`, `network`, `friendly_name`,
//!   `repository_name`, `migration`, `journal`, `inspect`: the conversions

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod api_error;
mod aws;
mod client_login;
mod code;
mod docker;
mod friendly_name;
mod hub;
mod inspect;
mod journal;
mod migration;
mod network;
mod recorded;
mod registry;
mod repository_name;
mod sentence;
mod sign_in;
mod word_table;
mod words;

pub use api_error::ApiError;
pub use code::ErrorCode;
pub use sentence::sentence;
pub use words::{ErrorAction, ErrorSeverity, ErrorWords};
