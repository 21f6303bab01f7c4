//! Images of the Docker Engine on their way to ECR: what a push will send, and which content of the
//! engine that is.
//!
//! - `predict`: what arrives, from what the engine says of an image. Pure. Planning asks it.
//! - `pin`: the image that was planned, looked up again before it is tagged or pushed.
//! - `archive_tree`: the manifests of an image from the engine's archive, for the own push.
//! - `counterpart`: whether the destination already has an image, by its content.
//!
//! # Why the own push is not the default on the containerd store
//!
//! The own push reads the image's archive from the engine and uploads it. It has the same digests as the
//! engine's push, needs no temporary tag, and keeps what arrived when it is repeated. It is used where
//! the engine cannot push what was planned (see `predict`), and where the engine's push gave up (see
//! `steps::engine_push`); otherwise the engine pushes, because that costs far less. Measured with
//! `cargo xtask bench --engines` on 200 MB in 4 layers, with a registry on the same computer, medians of
//! five, CPU of this program, `dockerd` and `containerd` together (this program in a debug build):
//!
//! | | 26.1.5, time | CPU | 28.5.2, time | CPU |
//! | --- | --- | --- | --- | --- |
//! | engine's push | 1.6 s | 1.1 s | 1.1 s | 0.9 s |
//! | own push | 10.1 s | 10.1 s | 10.9 s | 11.0 s |
//!
//! Of the CPU time of the own push on 26.1.5, 8.0 s are the engine's, which packs the archive: once for
//! the manifests, because only the whole archive shows which of them are held, and once for the layers.
//! It also packs layers that the destination has, and hands them out one after the other.

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
