//! AWS services on the loopback that answer as a story tells them to and keep what was asked.
//!
//! - [`ScriptedAws`]: the frame: one server, a script that answers each call.
//! - [`Iam`]: what a role may do, and who it is.
//! - [`Sts`]: roles, MFA devices, web identities, and who somebody is.
//! - [`IdentityCenter`]: SSO OIDC, the portal, and the page that a person signs in on.
//! - [`InstanceMetadata`], [`ContainerCredentials`]: what gives a machine its role.
//! - [`registry_token`]: what ECR answers to whoever asks for a token.
//! - [`check_shapes`]: holds calls and answers to AWS's own service models.

mod ecr_token;
mod iam;
mod identity_center;
mod machine;
mod scripted;
mod shapes;
mod sts;

pub use ecr_token::registry_token;
pub use iam::Iam;
pub use identity_center::{IdentityCenter, Person};
pub use machine::{ContainerCredentials, InstanceMetadata};
pub use scripted::{Answer, Call, Exchange, ScriptedAws};
pub use shapes::check_shapes;
pub use sts::{MFA_CODE, Role, Sts};
