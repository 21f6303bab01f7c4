//! The exit codes of the program. `--help` explains them under *Exit codes*; scripts rely on them.

/// Every image is verified, or was kept because `--on-conflict keep` chose so.
pub const SUCCEEDED: u8 = 0;
/// An image failed or is unverified, a repository couldn't be read, or a part is missing.
pub const PARTLY_FAILED: u8 = 1;
/// Invalid arguments. clap uses the same code.
pub const USAGE: u8 = 2;
/// Refused: nothing was started, or there was nothing to do.
pub const REFUSED: u8 = 3;
/// Stopped because someone has to sign in to AWS. The migration can be resumed.
pub const SIGN_IN_REQUIRED: u8 = 4;
/// `diff` found differences, or something was found that would be removed.
pub const DIFFERENT: u8 = 5;
/// Cancelled by SIGINT. Source: shells report 128 plus the number of the signal.
pub const INTERRUPTED: u8 = 130;
