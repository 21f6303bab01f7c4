//! The policy of an ECR repository, or of a registry, in plain words: who can do what, under which conditions. The repository page and
//! the registry settings show it, and a change of the policy before and after. No input or output.
//!
//! A statement with anything unknown in it gets no words, because words that leave something out would mislead. It is
//! shown as JSON, with the reason. Every text that comes from a policy is escaped and capped.
//!
//! - `words`: a statement, put together from the parts
//! - `subject`: what the policy belongs to
//! - `principals`: who, and how far that reaches
//! - `actions`: what
//! - `conditions`: under which conditions, and which of them limit "everyone"
//! - `lists`: lists of values and lists in a sentence

// In tests, a failed unwrap is a test failure.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod actions;
mod conditions;
mod lists;
mod principals;
mod subject;
#[cfg(test)]
mod tests;
mod words;

pub use principals::{Exposure, PrincipalWords};
pub use subject::PolicySubject;
pub use words::{StatementEffect, StatementWords, describe};
