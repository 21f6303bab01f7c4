//! ECR lifecycle policies: what a policy does with the images of a repository. Pure.
//!
//! - `policy`: the grammar, read strictly. A policy that has anything unknown in it is refused, so that
//!   nobody takes it for one that keeps everything.
//! - `evaluate`: which rule applies to which image, and when.

// Inside tests a failed unwrap is the failure that the test is there to show.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod evaluate;
mod policy;
#[cfg(test)]
mod tests;

pub use evaluate::{Due, PolicyEffect, PolicyImage, evaluate};
pub use policy::{
    CountCondition, InvalidPolicy, LifecyclePolicy, LifecycleRule, PolicyAction, TagCondition,
};
