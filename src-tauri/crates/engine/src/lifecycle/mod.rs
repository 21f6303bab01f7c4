//! ECR lifecycle policies: what a policy does with the images of a repository. Pure.
//!
//! - `policy`: the grammar, read strictly. A policy that has anything unknown in it is refused, so that
//!   nobody takes it for one that keeps everything.
//! - `evaluate`: which rule applies to which image, and when.

mod evaluate;
mod policy;
#[cfg(test)]
mod tests;

pub use evaluate::{Due, PolicyImage, Verdict, evaluate};
pub use policy::{
    CountCondition, InvalidPolicy, LifecyclePolicy, LifecycleRule, PolicyAction, TagCondition,
};
