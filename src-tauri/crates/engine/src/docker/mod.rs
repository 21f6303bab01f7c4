//! The Docker Engine on this computer: find it, list and inspect its images, tag, push.
//!
//! `bollard` is used here and nowhere else.

mod api;
mod error;

pub use api::{
    DockerApi, EngineImage, EngineInfo, EngineLogin, PushLayerState, PushOutcome, PushProgress,
};
pub use error::{DockerError, PushFailure};
