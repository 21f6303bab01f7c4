//! Finds out how a profile gets its credentials, or why it can't, before any call to AWS.
//!
//! The order is that of the AWS CLI, so that a profile means the same account in both: a role, a web
//! identity, IAM Identity Center, keys in the credentials file, `aws login`, a program, keys in the
//! configuration file. Problems are found while the user chooses a profile, with file and line.
//!
//! Source: `botocore.credentials`, `ProfileProviderBuilder.providers` and `AssumeRoleProvider`.

use crate::config::profile_kind::ProfileKind;
use crate::config::profile_problem::{LocatedProblem, ProfileProblem};
use crate::config::profile_set::ConfiguredProfiles;
use crate::config::sections::{ConfigFileKind, FileLocation, Section, Setting};
use transload_model::Secret;

/// How a profile gets its credentials.
#[derive(Debug)]
pub(crate) struct RoleChain {
    /// Where the first credentials come from.
    pub(crate) base: BaseCredentials,
    /// The roles that are assumed one after the other. The last one is the profile's own.
    pub(crate) roles: Vec<ChainedRole>,
}

/// A role that is assumed with the credentials before it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ChainedRole {
    /// The profile that names the role.
    pub(crate) profile: String,
    pub(crate) role_arn: String,
    /// The MFA device whose code is required.
    pub(crate) mfa_serial: Option<String>,
    pub(crate) external_id: Option<String>,
    pub(crate) session_name: Option<String>,
    /// The requested duration of the session. `None` for the default of STS, one hour.
    pub(crate) duration_seconds: Option<i32>,
    /// The setting to name if STS rejects the role, as `path:line`.
    pub(crate) setting_location: String,
}

/// Where the first credentials come from.
#[derive(Debug)]
pub(crate) enum BaseCredentials {
    Keys {
        access_key_id: String,
        secret_access_key: Secret<String>,
        session_token: Option<Secret<String>>,
    },
    Sso {
        /// The access portal, part of the identity. How to sign in is up to the `sso` room.
        start_url: String,
        account_id: String,
        role_name: String,
    },
    /// A session of `aws login`, by its ARN.
    Login {
        session: String,
    },
    /// A program that prints credentials.
    Process {
        command: String,
    },
    WebIdentity {
        role_arn: String,
        token_file: String,
        session_name: Option<String>,
        setting_location: String,
    },
    /// Access keys in the environment.
    Environment,
    /// The role of an EC2 instance.
    Instance,
    Container,
}

impl BaseCredentials {
    /// The kind to show to the user.
    pub(crate) fn kind(&self) -> ProfileKind {
        match self {
            Self::Keys { .. } => ProfileKind::Keys,
            Self::Sso { .. } => ProfileKind::Sso,
            Self::Login { .. } => ProfileKind::Login,
            Self::Process { .. } => ProfileKind::Process,
            Self::WebIdentity { .. } => ProfileKind::WebIdentity,
            Self::Environment | Self::Instance | Self::Container => ProfileKind::Role,
        }
    }
}

impl BaseCredentials {
    /// Identifies the credentials for the cache of MFA sessions, before they are requested. Contains no
    /// secret.
    pub(crate) fn cache_key(&self) -> String {
        match self {
            Self::Keys { access_key_id, .. } => access_key_id.clone(),
            Self::Sso { start_url, account_id, role_name, .. } => {
                format!("{role_name} of {account_id} at {start_url}")
            }
            Self::Login { session } => session.clone(),
            Self::Process { .. } => "a program".to_owned(),
            Self::WebIdentity { role_arn, token_file, .. } => format!("{role_arn} by {token_file}"),
            Self::Environment => "the environment".to_owned(),
            Self::Instance => "the instance".to_owned(),
            Self::Container => "the container".to_owned(),
        }
    }
}

impl RoleChain {
    /// The kind to show to the user.
    pub(crate) fn kind(&self) -> ProfileKind {
        if self.roles.iter().any(|role| role.mfa_serial.is_some()) {
            ProfileKind::RoleWithMfa
        } else if self.roles.is_empty() {
            self.base.kind()
        } else {
            ProfileKind::Role
        }
    }
}

pub(crate) const KEY_ID: &str = "aws_access_key_id";
pub(crate) const SECRET_KEY: &str = "aws_secret_access_key";
/// The older name takes precedence. Source: `botocore.credentials`, `TOKENS`.
pub(crate) const SESSION_TOKENS: [&str; 2] = ["aws_security_token", "aws_session_token"];

/// Follows a profile and its source profiles to the first credentials.
pub(crate) fn resolve_role_chain(
    profiles: &ConfiguredProfiles,
    name: &str,
) -> Result<RoleChain, LocatedProblem> {
    let missing = || ProfileProblem::SourceMissing(name.to_owned()).without_location();
    let mut current = profiles.profile(name).ok_or_else(missing)?;
    let mut visited: Vec<&Section> = Vec::new();
    let mut roles = Vec::new();
    let base = loop {
        let is_source = !visited.is_empty();
        if visited.iter().any(|one| one.name == current.name) {
            return Err(circular_chain(&visited, current));
        }
        visited.push(current);
        let in_current = |problem: LocatedProblem| match is_source {
            true => problem.in_source_profile(&current.name),
            false => problem,
        };
        // If a source profile has both keys and a role, its keys are used.
        let gives_keys = is_source && has_any(current, &[KEY_ID, SECRET_KEY]);
        if !assumes_role(current) || gives_keys {
            break base_credentials(profiles, current).map_err(in_current)?;
        }
        roles.push(chained_role(current));
        match role_source(current).map_err(in_current)? {
            RoleSource::Machine(base) => break base,
            // A profile may name itself as source if it also has credentials.
            RoleSource::Profile(source) if source.value == current.name => {
                break base_credentials(profiles, current).map_err(in_current)?;
            }
            RoleSource::Profile(source) => {
                let missing =
                    || ProfileProblem::SourceMissing(source.value.clone()).at(&source.location);
                current =
                    profiles.profile(&source.value).ok_or_else(missing).map_err(in_current)?;
            }
        }
    };
    roles.reverse();
    Ok(RoleChain { base, roles })
}

/// Guesses the kind of a profile that can't be used, from its settings.
pub(crate) fn kind_from_settings(profile: &Section) -> ProfileKind {
    if assumes_role(profile) {
        let mfa = profile.get("mfa_serial").is_some();
        return if mfa { ProfileKind::RoleWithMfa } else { ProfileKind::Role };
    }
    let kinds: [(&[&str], ProfileKind); 6] = [
        (&["credential_source"], ProfileKind::Role),
        (&["web_identity_token_file"], ProfileKind::WebIdentity),
        (&SSO_SETTINGS, ProfileKind::Sso),
        (&["login_session"], ProfileKind::Login),
        (&["credential_process"], ProfileKind::Process),
        (&KEY_SETTINGS, ProfileKind::Keys),
    ];
    let found = kinds.into_iter().find(|(settings, _)| has_any(profile, settings));
    found.map_or(ProfileKind::Unknown, |(_, kind)| kind)
}

/// Returns the region of a profile or of the nearest source profile that has one, as the SDK does.
pub(crate) fn region_setting<'a>(
    profiles: &'a ConfiguredProfiles,
    name: &str,
) -> Option<&'a Setting> {
    let mut visited: Vec<&str> = Vec::new();
    let mut current = profiles.profile(name)?;
    while !visited.contains(&current.name.as_str()) {
        if let Some(region) = current.setting("region") {
            return Some(region);
        }
        visited.push(&current.name);
        current = profiles.profile(current.get("source_profile")?)?;
    }
    None
}

const KEY_SETTINGS: [&str; 4] = [KEY_ID, SECRET_KEY, SESSION_TOKENS[0], SESSION_TOKENS[1]];

const SSO_SETTINGS: [&str; 5] =
    ["sso_account_id", "sso_region", "sso_role_name", "sso_start_url", "sso_session"];

fn has_any(profile: &Section, settings: &[&str]) -> bool {
    settings.iter().any(|setting| profile.get(setting).is_some())
}

/// Whether the profile assumes a role with other credentials. A web identity has a role as well, but no
/// source.
pub(crate) fn assumes_role(profile: &Section) -> bool {
    profile.get("role_arn").is_some() && profile.get("web_identity_token_file").is_none()
}

fn circular_chain(visited: &[&Section], again: &Section) -> LocatedProblem {
    let names = visited.iter().chain([&again]).map(|one| one.name.clone()).collect();
    let locations: Vec<FileLocation> = visited
        .iter()
        .skip_while(|one| one.name != again.name)
        .map(|one| one.location_of("source_profile"))
        .collect();
    ProfileProblem::Cycle(names).at_locations(locations)
}

fn chained_role(profile: &Section) -> ChainedRole {
    let owned = |setting: &str| profile.get(setting).map(str::to_owned);
    ChainedRole {
        profile: profile.name.clone(),
        role_arn: owned("role_arn").unwrap_or_default(),
        mfa_serial: owned("mfa_serial"),
        external_id: owned("external_id"),
        session_name: owned("role_session_name"),
        // A value that is not a number is ignored, as by the AWS CLI.
        duration_seconds: profile.get("duration_seconds").and_then(|text| text.parse().ok()),
        setting_location: profile
            .setting("duration_seconds")
            .map_or_else(|| profile.location_of("role_arn"), |setting| setting.location.clone())
            .to_string(),
    }
}

/// What assumes the role of a profile.
enum RoleSource<'a> {
    Profile(&'a Setting),
    Machine(BaseCredentials),
}

fn role_source(profile: &Section) -> Result<RoleSource<'_>, LocatedProblem> {
    match (profile.setting("source_profile"), profile.setting("credential_source")) {
        (Some(source), Some(other)) => Err(ProfileProblem::TwoSources
            .at_locations([source.location.clone(), other.location.clone()])),
        (None, None) => Err(ProfileProblem::RoleWithoutSource.at(&profile.location_of("role_arn"))),
        (Some(source), None) => Ok(RoleSource::Profile(source)),
        (None, Some(source)) => machine_credentials(source).map(RoleSource::Machine),
    }
}

fn machine_credentials(source: &Setting) -> Result<BaseCredentials, LocatedProblem> {
    match source.value.to_ascii_lowercase().as_str() {
        "environment" => Ok(BaseCredentials::Environment),
        "ec2instancemetadata" => Ok(BaseCredentials::Instance),
        "ecscontainer" => Ok(BaseCredentials::Container),
        _ => {
            Err(ProfileProblem::UnknownCredentialSource(source.value.clone()).at(&source.location))
        }
    }
}

/// Returns the credentials of a profile itself, without its role.
fn base_credentials(
    profiles: &ConfiguredProfiles,
    profile: &Section,
) -> Result<BaseCredentials, LocatedProblem> {
    let owned = |setting: &str| profile.get(setting).map(str::to_owned);
    let in_credentials = profile.setting_in(ConfigFileKind::Credentials, KEY_ID).is_some();
    if let Some(token_file) = owned("web_identity_token_file") {
        let location = profile.location_of("web_identity_token_file");
        let role_arn =
            owned("role_arn").ok_or_else(|| ProfileProblem::TokenWithoutRole.at(&location))?;
        let session_name = owned("role_session_name");
        let setting_location = location.to_string();
        return Ok(BaseCredentials::WebIdentity {
            role_arn,
            token_file,
            session_name,
            setting_location,
        });
    }
    if has_any(profile, &["sso_account_id", "sso_role_name"]) {
        return sso_credentials(profiles, profile);
    }
    if in_credentials {
        return keys_from_file(profile, ConfigFileKind::Credentials);
    }
    if let Some(session) = owned("login_session") {
        return Ok(BaseCredentials::Login { session });
    }
    if let Some(setting) = profile.setting("credential_process") {
        // A command may contain `#` and `;`.
        return Ok(BaseCredentials::Process { command: setting.raw_value.clone() });
    }
    if has_any(profile, &KEY_SETTINGS) {
        return keys_from_file(profile, ConfigFileKind::Config);
    }
    if let Some(location) = SSO_SETTINGS.iter().find_map(|name| profile.setting(name)) {
        return Err(ProfileProblem::SsoWithoutRole.at(&location.location));
    }
    match profile.setting("credential_source") {
        Some(source) => machine_credentials(source),
        None => Err(ProfileProblem::NoCredentials.at(&profile.location)),
    }
}

/// Returns the keys of a profile. The AWS CLI takes all of them from the file with the key id; the
/// other file may hold parts of another key.
fn keys_from_file(
    profile: &Section,
    file: ConfigFileKind,
) -> Result<BaseCredentials, LocatedProblem> {
    let in_file = |name| profile.setting_in(file, name).map(|setting| setting.value.clone());
    let incomplete = |has: &'static str, lacks: &'static str| {
        Err(ProfileProblem::Incomplete { has, lacks }.at(&profile.location_of(has)))
    };
    let token = SESSION_TOKENS.into_iter().find_map(in_file);
    match (in_file(KEY_ID), in_file(SECRET_KEY)) {
        (Some(access_key_id), Some(secret)) => Ok(BaseCredentials::Keys {
            access_key_id,
            secret_access_key: Secret::new(secret),
            session_token: token.map(Secret::new),
        }),
        (Some(_), None) => match (profile.setting(KEY_ID), profile.setting(SECRET_KEY)) {
            (Some(id), Some(secret)) => Err(ProfileProblem::KeysInTwoFiles
                .at_locations([id.location.clone(), secret.location.clone()])),
            _ => incomplete(KEY_ID, SECRET_KEY),
        },
        (None, _) if profile.get(SECRET_KEY).is_some() => incomplete(SECRET_KEY, KEY_ID),
        (None, _) => {
            let has = SESSION_TOKENS.into_iter().find(|name| profile.get(name).is_some());
            incomplete(has.unwrap_or(SESSION_TOKENS[1]), KEY_ID)
        }
    }
}

fn sso_credentials(
    profiles: &ConfiguredProfiles,
    profile: &Section,
) -> Result<BaseCredentials, LocatedProblem> {
    let incomplete = |has: &'static str, lacks: &'static str| {
        ProfileProblem::Incomplete { has, lacks }.at(&profile.location_of(has))
    };
    let (account_id, role_name) =
        match (profile.get("sso_account_id"), profile.get("sso_role_name")) {
            (Some(account), Some(role)) => (account.to_owned(), role.to_owned()),
            (Some(_), None) => return Err(incomplete("sso_account_id", "sso_role_name")),
            _ => return Err(incomplete("sso_role_name", "sso_account_id")),
        };
    let Some(named) = profile.setting("sso_session") else {
        let required = |lacks: &'static str| {
            profile.get(lacks).map(str::to_owned).ok_or_else(|| incomplete("sso_account_id", lacks))
        };
        required("sso_region")?;
        let start_url = required("sso_start_url")?;
        return Ok(BaseCredentials::Sso { start_url, account_id, role_name });
    };
    let session = profiles.sso_session(&named.value).ok_or_else(|| {
        ProfileProblem::SsoSessionMissing(named.value.clone()).at(&named.location)
    })?;
    let required = |setting: &'static str| {
        let lacks =
            ProfileProblem::SsoSessionLacks { session: named.value.clone(), lacks: setting };
        let value = session.setting(setting).ok_or_else(|| lacks.at(&session.location))?;
        match profile.setting(setting) {
            Some(other) if other.value != value.value => {
                Err(ProfileProblem::ConflictingSsoSetting(setting)
                    .at_locations([other.location.clone(), value.location.clone()]))
            }
            _ => Ok(value.value.clone()),
        }
    };
    required("sso_region")?;
    let start_url = required("sso_start_url")?;
    Ok(BaseCredentials::Sso { start_url, account_id, role_name })
}
