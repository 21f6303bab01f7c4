//! How a profile gets its credentials, by the SDK's own order, and why it cannot.
//!
//! The SDK finds this out only when it is asked for credentials, with one error at a time; a
//! person choosing a profile is better told before.

use aws_config::profile::{Profile, ProfileSet};

use super::ProfileKind;

/// How a profile gets its credentials.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Chain {
    /// What gives the first credentials, at the far end of the roles.
    pub(super) base: ProfileKind,
    /// The MFA device of the first role that asks for one.
    pub(super) mfa_serial: Option<String>,
}

/// Why a profile cannot give credentials.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ChainProblem {
    #[error("it holds no credentials and names no source for them")]
    NoCredentials,
    #[error("it has a role_arn but neither source_profile nor credential_source")]
    RoleWithoutSource,
    #[error("it has both source_profile and credential_source, and only one may be there")]
    TwoSources,
    #[error("its source_profile {0:?} is in none of the files")]
    SourceMissing(String),
    #[error("its source_profile chain runs in a circle: {}", .0.join(" → "))]
    Circle(Vec<String>),
    #[error("its source profile {name:?} cannot be used: {problem}")]
    Source { name: String, problem: Box<ChainProblem> },
    #[error(
        "its credential_source {0:?} is unknown; Environment, Ec2InstanceMetadata and EcsContainer are known"
    )]
    UnknownCredentialSource(String),
    #[error("it has a web_identity_token_file but no role_arn")]
    TokenWithoutRole,
    #[error("it has {has} but no {lacks}")]
    Half { has: &'static str, lacks: &'static str },
    #[error("it names the SSO session {0:?}, which is in none of the files")]
    SsoSessionMissing(String),
    #[error("its SSO session {session:?} has no {lacks}")]
    SsoSessionLacks { session: String, lacks: &'static str },
    #[error("it names an SSO session, so {0} belongs in that session and not in the profile")]
    SsoSettingTwice(&'static str),
    #[error("it signs in with SSO but has no sso_account_id and sso_role_name")]
    SsoWithoutRole,
}

const SSO_KEYS: [&str; 5] =
    ["sso_account_id", "sso_region", "sso_role_name", "sso_start_url", "sso_session"];
const STATIC_KEYS: [&str; 3] = ["aws_access_key_id", "aws_secret_access_key", "aws_session_token"];

/// What kind a profile is, by what stands in it.
pub(super) fn kind_of(profile: &Profile) -> ProfileKind {
    if !assumes_role(profile) {
        base_kind(profile)
    } else if profile.get("mfa_serial").is_some() {
        ProfileKind::RoleWithMfa
    } else {
        ProfileKind::Role
    }
}

/// Follows a profile to what gives its first credentials.
pub(super) fn follow(profiles: &ProfileSet, name: &str) -> Result<Chain, ChainProblem> {
    let mut visited: Vec<&str> = Vec::new();
    let mut mfa_serial = None;
    let mut current = name;
    loop {
        let profile = profiles
            .get_profile(current)
            .ok_or_else(|| ChainProblem::SourceMissing(current.to_owned()))?;
        if visited.contains(&current) {
            visited.push(current);
            return Err(ChainProblem::Circle(visited.into_iter().map(str::to_owned).collect()));
        }
        let is_source = !visited.is_empty();
        visited.push(current);
        // As a source, a profile with both keys and a role gives its keys.
        if is_source && static_keys(profile).is_ok() {
            return Ok(Chain { base: ProfileKind::Keys, mfa_serial });
        }
        let next = if assumes_role(profile) {
            mfa_serial = mfa_serial.or_else(|| profile.get("mfa_serial").map(str::to_owned));
            source_of(profile).map_err(|problem| in_source(is_source, current, problem))?
        } else {
            current
        };
        if next == current {
            let base = base(profiles, profile)
                .map_err(|problem| in_source(is_source, current, problem))?;
            return Ok(Chain { base, mfa_serial });
        }
        current = next;
    }
}

/// The region of a profile, or of the nearest source profile that has one, as the SDK finds it.
pub(super) fn region_of<'a>(profiles: &'a ProfileSet, name: &'a str) -> Option<&'a str> {
    let mut visited = Vec::new();
    let mut current = name;
    while !visited.contains(&current) {
        let profile = profiles.get_profile(current)?;
        if let Some(region) = profile.get("region") {
            return Some(region);
        }
        visited.push(current);
        current = profile.get("source_profile")?;
    }
    None
}

fn in_source(is_source: bool, name: &str, problem: ChainProblem) -> ChainProblem {
    if is_source {
        ChainProblem::Source { name: name.to_owned(), problem: Box::new(problem) }
    } else {
        problem
    }
}

/// A web identity has a role too, but no profile before it.
fn assumes_role(profile: &Profile) -> bool {
    profile.get("role_arn").is_some() && profile.get("web_identity_token_file").is_none()
}

/// The profile whose credentials assume the role; the profile itself where it holds them.
fn source_of(profile: &Profile) -> Result<&str, ChainProblem> {
    match (profile.get("source_profile"), profile.get("credential_source")) {
        (Some(_), Some(_)) => Err(ChainProblem::TwoSources),
        (None, None) => Err(ChainProblem::RoleWithoutSource),
        (Some(source), None) => Ok(source),
        (None, Some(_)) => Ok(profile.name()),
    }
}

fn base_kind(profile: &Profile) -> ProfileKind {
    let has_any = |keys: &[&str]| keys.iter().any(|key| profile.get(key).is_some());
    if has_any(&["credential_source"]) {
        ProfileKind::Role
    } else if has_any(&["web_identity_token_file"]) {
        ProfileKind::WebIdentity
    } else if has_any(&SSO_KEYS) {
        ProfileKind::Sso
    } else if has_any(&["login_session"]) {
        ProfileKind::Login
    } else if has_any(&["credential_process"]) {
        ProfileKind::Process
    } else if has_any(&STATIC_KEYS) {
        ProfileKind::Keys
    } else {
        ProfileKind::Unknown
    }
}

fn base(profiles: &ProfileSet, profile: &Profile) -> Result<ProfileKind, ChainProblem> {
    let kind = base_kind(profile);
    match kind {
        ProfileKind::Role | ProfileKind::RoleWithMfa => {
            let source = profile.get("credential_source").unwrap_or_default();
            let known = ["Environment", "Ec2InstanceMetadata", "EcsContainer"];
            if !known.iter().any(|name| name.eq_ignore_ascii_case(source)) {
                return Err(ChainProblem::UnknownCredentialSource(source.to_owned()));
            }
        }
        ProfileKind::WebIdentity => {
            profile.get("role_arn").ok_or(ChainProblem::TokenWithoutRole)?;
        }
        ProfileKind::Sso => sso(profiles, profile)?,
        ProfileKind::Keys => static_keys(profile)?,
        ProfileKind::Login | ProfileKind::Process => {}
        ProfileKind::Unknown => return Err(ChainProblem::NoCredentials),
    }
    Ok(kind)
}

fn sso(profiles: &ProfileSet, profile: &Profile) -> Result<(), ChainProblem> {
    if let Some(name) = profile.get("sso_session") {
        for setting in ["sso_start_url", "sso_region"] {
            if profile.get(setting).is_some() {
                return Err(ChainProblem::SsoSettingTwice(setting));
            }
        }
        let session = profiles
            .sso_session(name)
            .ok_or_else(|| ChainProblem::SsoSessionMissing(name.to_owned()))?;
        for lacks in ["sso_region", "sso_start_url"] {
            if session.get(lacks).is_none() {
                return Err(ChainProblem::SsoSessionLacks { session: name.to_owned(), lacks });
            }
        }
    }
    match (profile.get("sso_account_id"), profile.get("sso_role_name")) {
        (Some(_), Some(_)) => {}
        (Some(_), None) => {
            return Err(ChainProblem::Half { has: "sso_account_id", lacks: "sso_role_name" });
        }
        (None, Some(_)) => {
            return Err(ChainProblem::Half { has: "sso_role_name", lacks: "sso_account_id" });
        }
        (None, None) => return Err(ChainProblem::SsoWithoutRole),
    }
    if profile.get("sso_session").is_none() {
        for lacks in ["sso_region", "sso_start_url"] {
            if profile.get(lacks).is_none() {
                return Err(ChainProblem::Half { has: "sso_account_id", lacks });
            }
        }
    }
    Ok(())
}

fn static_keys(profile: &Profile) -> Result<(), ChainProblem> {
    let [id, secret, token] = STATIC_KEYS.map(|key| profile.get(key).is_some());
    match (id, secret) {
        (true, true) => Ok(()),
        (true, false) => Err(ChainProblem::Half { has: STATIC_KEYS[0], lacks: STATIC_KEYS[1] }),
        (false, true) => Err(ChainProblem::Half { has: STATIC_KEYS[1], lacks: STATIC_KEYS[0] }),
        (false, false) if token => {
            Err(ChainProblem::Half { has: STATIC_KEYS[2], lacks: STATIC_KEYS[0] })
        }
        (false, false) => Err(ChainProblem::NoCredentials),
    }
}
