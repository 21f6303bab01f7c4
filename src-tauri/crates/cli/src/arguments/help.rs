//! The text after the options in the help of the commands that use registries.

pub const AFTER_HELP: &str = include_str!("help.txt");
