//! The OCI distribution protocol: login, manifests, blobs, tags.
//!
//! [`RegistryApi`] is what the engine asks for, [`RegistryClient`] its one implementation. Inside,
//! from the wire upwards: `http` (connections), `addresses` (where a registry may send us),
//! `challenge` and `token` (how it lets us in), `answer` (what its refusals mean), `remedy` (what a
//! caller may do about them), `encoding` (bodies that were compressed on the way), `retry` (what is
//! tried again), `pace` (how much at a time), `room` (how much in memory), `client` (one request),
//! `manifests`, `blobs`, `uploads`, `lists` and `referrers` (the operations).

// Inside tests a failed unwrap is the failure that the test is there to show.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod addresses;
mod api;
mod blobs;
mod challenge;
mod checked;
mod client;
mod encoding;
mod endpoint;
mod error;
#[cfg(fuzzing)]
pub mod fuzzing;
mod http;
mod link;
mod lists;
mod login;
mod login_check;
mod manifests;
mod quotas;
mod rate_limit;
mod referrers;
mod remedy;
mod resolve;
mod response;
mod resume;
mod retry;
mod send_buffer;
mod token;
mod uploads;

#[cfg(test)]
mod tests;

pub use api::{
    BlobStream, LoginSource, ManifestHead, Mount, PullQuota, Referrer, RegistryApi, RegistryLogin,
    Stored, UploadSession, UploadStart,
};
pub use checked::checked_blob;
pub use client::RegistryClient;
pub use endpoint::{InvalidEndpoint, RegistryEndpoint};
pub use error::RegistryError;
pub use login::{AnonymousLogin, FixedLogin};
pub use login_check::{LoginCheck, check_registry_login};
pub use rate_limit::LARGE_UPLOAD_BYTES;
pub use referrers::{fallback_tag, listed_in, may_be_referrer};
pub use remedy::{Optional, Remedy};
