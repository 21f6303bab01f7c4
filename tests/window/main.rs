//! Stories in a real window: a person's clicks and keys, on real parts.

mod engine;
mod opening;
mod practice;
mod wizard;
