//! IAM Identity Center (SSO): signing in through a browser, and what a sign-in opens.
//!
//! - `session`: the sign-ins that the AWS configuration names.
//! - `store`: tokens and client registrations, in the place and the format of the AWS CLI.
//! - `connection`: a session with its clients and its place for tokens.
//! - `oidc`: the calls of SSO OIDC.
//! - `page`: which pages may be opened.
//! - `loopback`: where the browser comes back to.
//! - `sign_in`: a sign-in from its beginning to the stored token.
//! - `portal`: accounts and roles of who signed in, and signing out.
//! - `role`: the credentials of a role, for who signed in.
//! - `add_profile`: a profile for one of those roles, appended to the configuration file.

mod add_profile;
mod connection;
mod error;
mod loopback;
mod oidc;
mod page;
mod portal;
mod role;
mod session;
mod sign_in;
mod store;

pub use add_profile::{NewProfile, ProfileNotAdded};
pub use error::SignInError;
pub use portal::{SsoAccount, SsoPortal};
pub(super) use role::SsoRole;
pub use session::{SsoSession, SsoTarget, SsoTokenState, list_sso_sessions};
pub use sign_in::{SignIn, SignInPrompt, SignInRequest, SignInWay};
