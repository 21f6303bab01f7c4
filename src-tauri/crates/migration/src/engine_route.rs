//! Sends images of the Docker Engine to ECR: predicts what a push will send, and reads the content
//! from the engine.
//!
//! - `predict`: what a push will send, from the engine's description of an image. Pure. Used by
//!   planning.
//! - `mount`: images whose layers only the destination registry has.
//! - `pin`: checks before tagging or pushing that the name still points to the planned image.
//! - `archive_tree`: the manifests of an image from the engine's archive, for the own push.
//! - `destination_match`: finds out by content whether the destination already has an image.
//!
//! # Why the own push is not the default on the containerd store
//!
//! The own push reads the image's archive from the engine and uploads it. It has the same digests
//! as the engine's push, needs no temporary tag, and keeps uploaded layers when it is retried. It
//! is used if the engine can't push what was planned (see `predict`), and if the engine's push gave
//! up (see `run::engine_push`); otherwise the engine pushes, because that costs far less.
//!
//! Docker 25 and 26 don't report whether they hold a whole index. Their push sends the exact digest
//! of a single image and of a whole index, and refuses a partial index within 0.02 s, before it sends
//! anything. So it is tried first there too, and the own push follows a refusal. If the repository
//! has to be created first, the archive is read before that, so that an image that can't be sent
//! leaves no repository.
//!
//! Measured with `cargo xtask bench --engines` on 200 MB in 4 layers, with a registry on the same
//! computer, medians of five, CPU of this program, `dockerd` and `containerd` in total (this
//! program in a debug build):
//!
//! | | 26.1.5, time | CPU | 28.5.2, time | CPU |
//! | --- | --- | --- | --- | --- |
//! | engine's push | 1.6 s | 1.1 s | 1.1 s | 0.9 s |
//! | own push | 10.1 s | 10.1 s | 10.9 s | 11.0 s |
//!
//! Of the CPU time of the own push on 26.1.5, the engine uses 8.0 s to create the archive: once for
//! the manifests, because only the whole archive shows which of them are held, and once for the
//! layers. It also packs layers that the destination already has, and returns layers one after the
//! other.

pub(crate) mod archive_tree;
pub(crate) mod destination_match;
pub(crate) mod mount;
pub(crate) mod pin;
pub(crate) mod predict;
