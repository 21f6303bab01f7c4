//! Scripted AWS services on 127.0.0.1 that record their requests.
//!
//! - [`ScriptedAws`]: a server whose responses a script decides
//! - [`Iam`]: identities and permissions of roles
//! - [`Sts`]: roles, MFA devices, web identities, and identities
//! - [`IdentityCenter`]: SSO OIDC, the portal, and the sign-in page
//! - [`InstanceMetadata`], [`ContainerCredentials`]: the role of a machine
//! - [`registry_token`]: the response of ECR to requests for an authorization token
//! - [`check_shapes`]: checks requests and responses against the service models of AWS

mod ecr_token;
mod iam;
mod identity_center;
mod machine_credentials;
mod scripted;
mod shapes;
mod sts;

pub use ecr_token::registry_token;
pub use iam::Iam;
pub use identity_center::{IdentityCenter, UserDecision};
pub use machine_credentials::{ContainerCredentials, InstanceMetadata};
pub use scripted::{AwsResponse, Call, Exchange, ScriptedAws};
pub use shapes::check_shapes;
pub use sts::{MFA_CODE, Role, Sts};
