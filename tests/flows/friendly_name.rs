//! A name of one's own in front of ECR: generated files are read by the tools that they are for, real nginx and
//! Caddy serve real clients with them, and the diagnosis names each defect.

mod diagnosis;
mod files;
mod proof;
mod proxies;
