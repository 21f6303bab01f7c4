//! Stories in a real window: a person's clicks and keys, on real parts.

mod opening;
