//! Compares the crate with botocore, the library behind the AWS CLI, on generated files and variables.

mod config_files;
mod credentials;
