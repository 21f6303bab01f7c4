//! AWS: the profiles on this computer, a session for exactly one of them, and ECR behind a trait.
//!
//! The AWS SDK is used here and nowhere else.

mod api;
mod error;

pub use api::{EcrApi, EcrImage, EcrRepository, RegistryToken};
pub use error::AwsError;
