//! IAM Identity Center (SSO): signs in through a browser, and uses what a sign-in gives access to.
//!
//! - [`sso_session`], [`session_list`]: the sign-ins that the AWS configuration defines
//! - [`token`], [`store`], [`cli_files`]: tokens and client registrations, stored as the AWS CLI does
//! - [`connection`]: the clients and the token store of one session
//! - [`oidc`]: the calls of SSO OIDC
//! - [`page`]: which pages may be opened in the browser
//! - [`loopback`]: receives the browser's redirect
//! - [`sign_in`], [`sign_in_method`]: a sign-in from its beginning to the stored token
//! - [`portal`]: lists accounts and roles, and signs out
//! - [`role_credentials`]: the credentials of a role
//! - [`add_profile`]: appends a profile for a role to the configuration file
//! - [`random`]: random values
//! - [`error`]: why a sign-in failed

pub(crate) mod add_profile;
pub(crate) mod cli_files;
pub(crate) mod connection;
pub(crate) mod error;
pub(crate) mod loopback;
pub(crate) mod oidc;
pub(crate) mod page;
pub(crate) mod portal;
pub(crate) mod random;
pub(crate) mod role_credentials;
pub(crate) mod session_list;
pub(crate) mod sign_in;
pub(crate) mod sign_in_method;
pub(crate) mod sso_session;
pub(crate) mod store;
pub(crate) mod token;
