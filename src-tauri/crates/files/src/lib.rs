//! Files of the user and of the program's data folder. Knows no other crate of ours.
//!
//! - `whole_file`: replaces a file as a whole, so that no reader finds a part of it
//! - `text`: decodes text files by their byte-order mark
//! - `private_folder`: creates folders that only the user can read

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod private_folder;
mod text;
mod whole_file;

pub use private_folder::make_private_folder;
pub use text::{InvalidText, decode_text};
pub use whole_file::write_whole;
