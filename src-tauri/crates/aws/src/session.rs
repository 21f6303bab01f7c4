//! A session for exactly the profile that the user chose: its credentials, role by role and with MFA codes,
//! and the clients that sign with them.
//!
//! - [`open_session`], [`request`]: opens an [`AwsSession`](aws_session::AwsSession)
//! - [`clients`]: the clients of ECR, Inspector, IAM and KMS; [`sts`]: the client of STS
//! - [`identify`]: who the session is, and whether its region is enabled
//! - [`default_credentials`]: which credentials apply if no profile was chosen
//! - [`credentials`], [`expiry_tracker`]: the first credentials of a profile, and when they expire
//! - [`credential_process`]: credentials that a program prints
//! - [`role_chain_provider`], [`mfa_session_cache`]: assumes roles one after the other, with MFA codes
//! - [`sdk_settings`], [`sdk_http`]: settings of the SDK, and its requests over Transload's own network

pub(crate) mod aws_session;
pub(crate) mod clients;
pub(crate) mod credential_process;
pub(crate) mod credentials;
pub(crate) mod default_credentials;
pub(crate) mod expiry_tracker;
pub(crate) mod identify;
pub(crate) mod mfa_session_cache;
pub(crate) mod open_session;
pub(crate) mod request;
pub(crate) mod role_chain_provider;
pub(crate) mod sdk_http;
pub(crate) mod sdk_settings;
pub(crate) mod sts;
