//! Files of the user and of the program's data folder. Knows no other crate of ours.
//!
//! - `whole_file`: replaces a file as a whole, so that no reader finds a part of it
//! - `limited_read`: reads a file as a whole, unless it is too large
//! - `damaged_file`: keeps a damaged file under another name
//! - `stored_list`: a list in a JSON file whose elements are read one by one
//! - `text`: decodes text files by their byte-order mark
//! - `private_folder`: creates folders that only the user can read
//! - `file_lock`: the lock of processes that replace the same file
//! - `appended_lines`: a file that several processes append lines to
//! - `running_mark`: a file that is locked while something runs

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod appended_lines;
mod damaged_file;
mod file_lock;
mod limited_read;
mod private_folder;
mod running_mark;
mod stored_list;
mod text;
mod whole_file;

pub use appended_lines::AppendedLines;
pub use damaged_file::{copy_aside, move_aside};
pub use file_lock::{create_private, lock_beside, with_suffix};
pub use limited_read::read_whole;
pub use private_folder::make_private_folder;
pub use running_mark::RunningMark;
pub use stored_list::StoredList;
pub use text::{InvalidText, decode_text};
pub use whole_file::{write_pieces, write_whole};
