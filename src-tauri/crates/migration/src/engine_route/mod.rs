//! Images of the Docker Engine on their way to ECR: what a push will send, and which content of the
//! engine that is.
//!
//! - `predict`: what arrives, from what the engine says of an image. Pure. Planning asks it.
//! - `pin`: the image that was planned, looked up again before it is tagged or pushed.
//! - `archive_tree`: the manifests of an image from the engine's archive, for the own push.
//! - `counterpart`: whether the destination already has an image, by its content.

mod archive_tree;
mod counterpart;
mod pin;
mod predict;
#[cfg(test)]
mod predict_tests;

pub(super) use archive_tree::selected_tree;
pub(super) use counterpart::{Content, Counterpart, find_counterpart, holds_content};
pub(super) use pin::{look_up, still_as_planned};
pub use predict::{EngineOutcome, EnginePlan, EngineWay};
pub(super) use predict::{NotPushable, Prediction, predict};
