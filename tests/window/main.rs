//! Stories in a real window: clicks and keys of a user, on real servers.

mod account;
mod choices;
mod client_logins;
mod closing;
mod company_network;
mod desktop;
mod engine;
mod engine_pictures;
mod engine_stores;
mod keyboard;
mod kills;
mod mfa;
mod opening;
mod permissions;
mod practice;
mod screenshots;
mod session_ends;
mod sign_in;
mod start_failures;
mod wizard;
