//! The steps of a migration, one file a step. Creating repositories goes along with pushing: each is
//! made just before its first image.

mod create;
mod engine_push;
mod log_in;
mod open_writes;
mod policies;
mod push;
mod push_queue;
mod quota;
mod tag;
mod verify;

pub(super) use log_in::log_in;
pub(super) use open_writes::find_open_writes;
pub(super) use push::push;
pub(super) use tag::{remove_temporary_tags, tag};
pub(super) use verify::verify;
