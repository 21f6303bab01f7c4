//! ECR lifecycle policies: what a policy does with the images of a repository. The plan uses it to
//! warn about images that expire soon after they are pushed, and the repository page to show what a policy would do. No
//! input or output.
//!
//! - `policy`: the parser. It rejects a policy with anything unknown in it, because ignoring an
//!   unknown rule could hide that images expire.
//! - `validate`: the further rules of ECR for a policy that is about to be set
//! - `words`: rules in plain words
//! - `evaluate`: which rule applies to which image, and when.

// In tests, a failed unwrap is a test failure.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod evaluate;
mod policy;
#[cfg(test)]
mod tests;
mod validate;
mod words;

pub use evaluate::{Due, PolicyEffect, PolicyImage, evaluate};
pub use policy::{
    CountCondition, InvalidLifecyclePolicy, LifecyclePolicy, LifecycleRule, PolicyAction,
    TagCondition,
};
