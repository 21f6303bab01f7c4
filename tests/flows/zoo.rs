//! Plan, copy, referrers, list, mount and resume with every registry of the zoo, as source and as
//! destination. Three things count: every byte at the destination equals the source, nothing else was
//! written, and what was reported is true.
//!
//! - `content`: what the registries are filled with, and what they hold afterwards.
//! - `matrix`: every personality and every variant, as source and as destination.
//! - `resume`: the command line is killed in the middle of an upload with every personality.
//! - `beside_skopeo`: skopeo on the same registries.
//! - `requests`: what the referrers cost.

mod beside_skopeo;
mod content;
mod matrix;
mod requests;
mod resume;
