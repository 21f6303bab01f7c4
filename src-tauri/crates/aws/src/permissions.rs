//! Finds out which permissions a session has, without writing anything.
//!
//! - [`check`]: the check as a whole
//! - [`permission`]: a permission and what is known about it
//! - [`principal`]: whose policies apply to a caller
//! - [`simulate`]: IAM's policy simulation
//! - [`probe`]: read-only calls, for what the simulation left open
//! - [`kms_keys`]: resolves aliases of KMS keys
//! - [`policy`]: the least-privilege policy that grants what is missing

pub(crate) mod check;
pub(crate) mod kms_keys;
pub(crate) mod permission;
pub(crate) mod policy;
pub(crate) mod principal;
pub(crate) mod probe;
pub(crate) mod simulate;
