//! The client against servers: small ones that misbehave on purpose, and Debian's registry.

mod blobs;
mod debian_registry;
mod lists;
mod login;
mod login_check;
mod manifests;
mod network;
mod real_world;
mod support;
