//! Stories without a window: the same calls as the window makes, on real parts.

mod aws_profiles;
mod cancel;
mod client_logins;
mod command_line;
mod copies;
mod ecr_to_ecr;
mod engine_to_ecr;
mod events;
mod hard_to_kill;
mod hub_account;
mod journal;
mod kinds;
mod labs;
mod layering;
mod map_and_plan;
mod originals;
mod partial_failure;
mod permissions;
mod quota;
mod refusals;
mod regions;
mod registry_to_ecr;
mod secrets;
mod session_ends;
mod sign_in;
mod undo;
