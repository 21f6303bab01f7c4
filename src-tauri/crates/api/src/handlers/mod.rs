//! What a window or a terminal can ask for, one file a subject. Each call takes and returns types of
//! the contract.

mod aws;
mod docker;
mod history;
mod jobs;
mod migration;
mod plan_files;
mod practice;
mod repositories;
mod running;
mod selection;
mod sources;
