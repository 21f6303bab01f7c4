//! Tests of the client with servers that misbehave on purpose, and with Debian's `docker-registry`.

mod blobs;
mod debian_registry;
mod lists;
mod login;
mod login_check;
mod manifests;
mod network;
mod real_world;
mod support;
