//! A client for the OCI distribution protocol: login, manifests, blobs, tags and referrers.
//!
//! [`RegistryApi`] is the interface that the other crates use; [`RegistryClient`] implements it. Modules,
//! from the operations down to the connection:
//!
//! - `api`: the traits and values of the interface.
//! - `manifests`, `blobs`, `uploads`, `lists`, `referrers`: the operations. `verified_blob` verifies a blob
//!   while it is streamed, `resume` continues an interrupted download, `send_buffer` limits the memory of an
//!   upload, and `upload_session` is the location of an upload.
//! - `login`, `login_check`: logins that are known in advance, and the test of a login that a user entered.
//! - `client`, `request`, `send`, `headers`: sends one request with retries, rate limit, authorization and
//!   redirects. `retry` decides which requests are repeated, `rate_limit` how many run at a time, and `quotas`
//!   contains the quotas of Amazon ECR.
//! - `challenge`, `token`, `token_server`: authorization headers, and the tokens of token servers.
//! - `response`, `error`, `remedy`: converts an unsuccessful response to a [`RegistryError`], and says what
//!   callers can do about it.
//! - `capabilities`: what the client learned about a registry while using it.
//! - `endpoint`, `probe`, `addresses`, `resolve`: the address of a registry, and the addresses that it may
//!   redirect to.
//! - `http`, `encoding`, `link`: connections, compressed bodies, and the `Link` header.

// In tests, a failed unwrap is a failed test.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod addresses;
mod api;
mod blobs;
mod capabilities;
mod challenge;
mod client;
mod encoding;
mod endpoint;
mod error;
#[cfg(fuzzing)]
pub mod fuzzing;
mod headers;
mod http;
mod link;
mod lists;
mod login;
mod login_check;
mod manifests;
mod probe;
mod quotas;
mod rate_limit;
mod referrers;
mod remedy;
mod request;
mod resolve;
mod response;
mod resume;
mod retry;
mod send;
mod send_buffer;
mod token;
mod token_server;
mod upload_session;
mod uploads;
mod verified_blob;

#[cfg(test)]
mod tests;

pub use api::{
    BlobApi, BlobStream, ListApi, LoginSource, ManifestApi, ManifestHead, Mount, PullQuota,
    Referrer, ReferrersApi, RegistryApi, RegistryLogin, StoredManifest, UploadApi, UploadStart,
};
pub use client::RegistryClient;
pub use endpoint::{InvalidEndpoint, RegistryEndpoint};
pub use error::RegistryError;
pub use login::{AnonymousLogin, FixedLogin};
pub use login_check::{LoginCheck, check_registry_login};
pub use rate_limit::LARGE_UPLOAD_BYTES;
pub use referrers::{fallback_tag, may_be_referrer, referrers_in_list};
pub use remedy::{OptionalFeature, Remedy};
pub use upload_session::UploadSession;
pub use verified_blob::verified_blob;
