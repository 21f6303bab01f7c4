//! Compares the crate with botocore, the library behind the AWS CLI, and with the program `aws` itself,
//! on generated files and variables.

mod aws_program;
mod config_files;
mod credentials;
