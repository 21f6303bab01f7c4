//! The AWS configuration of this computer: its files, profiles and environment variables.
//!
//! Reads the files as the AWS CLI does and finds out how each profile gets its credentials. Makes no call to
//! AWS. The `session` and `sso` rooms open what is found here.
//!
//! - [`environment`], [`environment_keys`]: the variables that select profiles, regions and endpoints, and
//!   access keys among them
//! - [`paths`]: variables and `~` in paths
//! - [`config_files`]: reads the two files once
//! - [`ini`], [`sections`], [`profile_set`]: parses a file, sorts its sections, and merges both files
//! - [`role_chain`], [`profile_problem`]: how a profile gets its credentials, or why it cannot
//! - [`profile_list`], [`profile_kind`]: the profiles that the user can choose from
//! - [`endpoints`]: endpoints that the configuration overrides
//! - [`shell_words`]: splits names and commands into words
//! - [`timestamps`]: expiration times as credential programs write them

pub(crate) mod config_files;
pub(crate) mod endpoints;
pub(crate) mod environment;
pub(crate) mod environment_keys;
pub(crate) mod ini;
pub(crate) mod paths;
pub(crate) mod profile_kind;
pub(crate) mod profile_list;
pub(crate) mod profile_problem;
pub(crate) mod profile_set;
pub(crate) mod role_chain;
pub(crate) mod sections;
pub(crate) mod shell_words;
pub(crate) mod timestamps;
