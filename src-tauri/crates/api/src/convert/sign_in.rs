//! Sign-ins, sessions and profiles.

use std::time::SystemTime;

use transload_aws as engine;
use transload_contract::{NewAwsProfile, SignInPrompt, SignInTarget, SsoSession};
use transload_errors::ApiError;
use transload_model::{AccountId, Region};

/// Converts a prompt. `sign_in` is the ID of the sign-in.
pub fn sign_in_prompt(
    sign_in: String,
    session: String,
    prompt: &engine::SignInPrompt,
) -> SignInPrompt {
    SignInPrompt {
        sign_in,
        session,
        method: prompt.method,
        url: prompt.url.clone(),
        code_url: prompt.code_url.clone(),
        code: prompt.code.clone(),
        expires_at_ms: prompt.expires_at_ms,
    }
}

/// Converts a session of the configuration. Returns `None` for a session that no command can refer
/// to.
pub fn sso_session(state: engine::SsoTokenState) -> Option<SsoSession> {
    let target = match &state.session.name {
        Some(session) => SignInTarget::Session { session: session.clone() },
        None => SignInTarget::Profile { profile: state.profiles.first()?.clone() },
    };
    let expires_at =
        state.token_expires_at.and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok());
    Some(SsoSession {
        target,
        title: state.session.title().to_owned(),
        start_url: state.session.start_url,
        region: state.session.region,
        profiles: state.profiles,
        renewable: state.renewable,
        ends_at_ms: expires_at.map(|since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX)),
    })
}

/// Parses a new profile that uses a session.
pub fn new_profile(
    profile: &NewAwsProfile,
    session: engine::SsoSession,
) -> Result<engine::NewProfile, ApiError> {
    let account = AccountId::parse(profile.account_id.trim());
    let region = Region::parse(profile.region.trim());
    Ok(engine::NewProfile {
        name: profile.name.trim().to_owned(),
        session,
        account: account.map_err(|error| ApiError::invalid_input(&error))?,
        role: profile.role.clone(),
        region: region.map_err(|error| ApiError::invalid_input(&error))?,
    })
}
