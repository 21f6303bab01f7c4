//! What stays open from one call to the next. Each store is plain data behind a lock and knows nothing of
//! [`Api`](crate::Api), which holds them.
//!
//! - `connections`: connections to ECR; each is opened once
//! - `open_clients`: registries; each is opened once
//! - `plans`: plans that can start; `ready_changes`: undos and deletions that can start
//! - `cancellable_calls`: long calls that the user can cancel
//! - `blob_mounting`: whether registries share layers between repositories
//! - `cache_prefixes`: the pull-through cache rules of repositories
//! - `in_use`: images that run somewhere
//! - `listings`: the images of the repositories that were opened last
//! - `repository_settings`: the settings of the repositories that were opened
//! - `sign_ins`: sign-ins that wait for the user
//! - `logins`: logins that the user entered, or that the keychain has
//! - `source_dates`, `counterparts`: what sources and registries answered

pub(crate) mod blob_mounting;
pub(crate) mod cache_prefixes;
pub(crate) mod cancellable_calls;
pub(crate) mod connections;
pub(crate) mod counterparts;
pub(crate) mod in_use;
pub(crate) mod listings;
pub(crate) mod logins;
pub(crate) mod open_clients;
pub(crate) mod plans;
pub(crate) mod ready_changes;
pub(crate) mod repository_settings;
pub(crate) mod sign_ins;
pub(crate) mod source_dates;
