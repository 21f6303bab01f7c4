//! Plan, copy, referrers, list, mount and resume with every scripted registry, as source and as destination.
//! Three things are checked: every byte at the destination equals the source, nothing else was written, and
//! the reported results are true.
//!
//! - `content`: the content that registries are filled with, and what they contain afterwards.
//! - `matrix`: every kind of registry and every quirk variant, as source and as destination.
//! - `resume`: the command line is killed in the middle of an upload with every kind of registry.
//! - `compare_with_skopeo`: skopeo with the same registries.
//! - `requests`: the number of requests for referrers.

mod compare_with_skopeo;
mod content;
mod matrix;
mod requests;
mod resume;
