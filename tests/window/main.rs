//! Stories in a real window: clicks and keys of a user, on real servers.

mod client_logins;
mod closing;
mod company_network;
mod docker_hub_account;
mod engine;
mod engine_screenshots;
mod engine_stores;
mod friendly_name;
mod images;
mod keyboard;
mod kill_and_resume;
mod layout_shifts;
mod mfa;
mod notifications;
mod open_and_close;
mod pasted_and_dropped;
mod permissions;
mod practice;
mod repository_pages;
mod screenshots;
mod session_expiry;
mod sign_in;
mod start_failures;
mod ten_tasks;
mod user_decisions;
mod wizard;
