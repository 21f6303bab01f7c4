//! Compares the proxy that this crate selects with the one that botocore, curl and skopeo select for the
//! same environment variables. skopeo follows the rules of Go, as Docker does. Intended differences:
//!
//! - `ALL_PROXY` applies to AWS, although botocore ignores it, and to registries, although Go ignores it.
//!   Otherwise users who set only this variable could not connect.
//! - An exception that Docker supports and botocore or curl does not (`*.name`, a network, a port, `*` next
//!   to other entries) applies to all connections: a user who sets it wants no proxy for that host.
//! - `.name` also matches the name itself, as in botocore and curl. In Go it matches only subdomains.
//! - A variable with an invalid proxy address (`ftp://…`) is reported and ignored. botocore fails with it.

use proptest::prelude::*;

mod botocore;
mod curl;
mod skopeo;

/// Generates a variable in uppercase, in lowercase, in both spellings, or not at all.
fn variable(
    name: &'static str,
    value: impl Strategy<Value = String> + Clone,
) -> impl Strategy<Value = Vec<(String, String)>> {
    let lowercase = name.to_ascii_lowercase();
    (
        prop_oneof![Just(None), value.clone().prop_map(Some)],
        prop_oneof![Just(None), value.prop_map(Some)],
    )
        .prop_map(move |(upper, lower)| {
            let upper = upper.map(|value| (name.to_owned(), value));
            upper.into_iter().chain(lower.map(|value| (lowercase.clone(), value))).collect()
        })
}
