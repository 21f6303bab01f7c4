//! Finds the sign-ins that the AWS configuration defines.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::config::config_files::Configuration;
use crate::config::environment::AwsEnvironment;
use crate::config::profile_set::ConfiguredProfiles;
use crate::config::sections::Section;
use crate::error::AwsError;
use crate::sso::error::SignInError;
use crate::sso::token::SsoToken;

/// Where to sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(rename = "SignInTarget", export_to = "aws.ts")]
pub enum SsoTarget {
    /// Where a profile signs in, or the source profile of its roles.
    Profile { profile: String },
    /// A session of the configuration by its name, even if no profile uses it.
    Session { session: String },
}

/// A sign-in that the AWS configuration defines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SsoSession {
    /// The name of the `[sso-session]`. `None` for the legacy format, where a profile contains the
    /// settings.
    pub name: Option<String>,
    /// The address of the access portal.
    pub start_url: String,
    /// The region of IAM Identity Center, which may differ from that of ECR.
    pub region: String,
    /// The requested scopes (`sso_registration_scopes`), if the session sets them.
    pub scopes: Option<Vec<String>>,
}

impl SsoSession {
    /// Finds a sign-in in the configuration of this computer.
    ///
    /// # Errors
    /// [`SignInError::NotSso`], [`SignInError::SessionMissing`], and [`AwsError::ProfileMissing`] or
    /// [`AwsError::ProfileInvalid`] for an invalid configuration.
    pub async fn find(
        target: &SsoTarget,
        environment: &AwsEnvironment,
    ) -> Result<Self, SignInError> {
        let configuration = Configuration::read(environment, target.profile()).await;
        Self::find_in(&configuration, target)
    }

    pub(super) fn find_in(
        configuration: &Configuration,
        target: &SsoTarget,
    ) -> Result<Self, SignInError> {
        let profiles = &configuration.sections;
        match target {
            SsoTarget::Profile { profile: name } => {
                if profiles.profile(name).is_none() {
                    let files = configuration.paths();
                    return Err(AwsError::ProfileMissing {
                        profile: name.clone(),
                        files,
                        ignored: Vec::new(),
                    }
                    .into());
                }
                let profile = sso_profile(profiles, name)
                    .ok_or_else(|| SignInError::NotSso { profile: name.clone() })?;
                session_of_profile(profiles, profile).map_err(|detail| {
                    AwsError::ProfileInvalid { profile: name.clone(), detail }.into()
                })
            }
            SsoTarget::Session { session: name } => match named_session(profiles, name) {
                Some(session) => session.map_err(|detail| {
                    AwsError::ProfileInvalid { profile: name.clone(), detail }.into()
                }),
                None => Err(SignInError::SessionMissing { session: name.clone() }),
            },
        }
    }

    /// Whether a token of this session can be refreshed. Tokens of the legacy format never can, neither
    /// by the AWS CLI nor by the SDK.
    pub(super) fn can_refresh(&self, token: &SsoToken, now: SystemTime) -> bool {
        let registered =
            token.registration.as_ref().is_some_and(|registration| registration.expires_at > now);
        self.name.is_some() && registered && token.refresh_token.is_some()
    }

    /// The name to show: that of the session, or the start URL.
    pub fn title(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.start_url)
    }
}

impl SsoTarget {
    /// Returns the sign-in of a profile.
    pub fn profile_named(name: &str) -> Self {
        Self::Profile { profile: name.to_owned() }
    }

    /// Returns the sign-in of a session.
    pub fn session_named(name: &str) -> Self {
        Self::Session { session: name.to_owned() }
    }

    /// The profile whose network settings and endpoints apply.
    pub(super) fn profile(&self) -> Option<&str> {
        match self {
            Self::Profile { profile } => Some(profile),
            Self::Session { .. } => None,
        }
    }
}

/// Follows the source profiles, and returns the last one if it signs in with SSO.
fn sso_profile<'a>(profiles: &'a ConfiguredProfiles, name: &str) -> Option<&'a Section> {
    let mut visited: Vec<&str> = Vec::new();
    let mut current = profiles.profile(name)?;
    while !visited.contains(&current.name.as_str()) {
        visited.push(&current.name);
        let role = current.get("role_arn").is_some();
        match current.get("source_profile").filter(|_| role) {
            Some(source) if source != current.name => current = profiles.profile(source)?,
            _ => break,
        }
    }
    let signs_in = ["sso_session", "sso_start_url"].iter().any(|key| current.get(key).is_some());
    signs_in.then_some(current)
}

pub(super) fn session_of_profile(
    profiles: &ConfiguredProfiles,
    profile: &Section,
) -> Result<SsoSession, String> {
    if let Some(name) = profile.get("sso_session") {
        let missing = || format!("its SSO session {name:?} is not defined in any file");
        return named_session(profiles, name).ok_or_else(missing)?;
    }
    let part = |key| profile.get(key).ok_or_else(|| format!("it has no {key}"));
    Ok(SsoSession {
        name: None,
        start_url: part("sso_start_url")?.to_owned(),
        region: part("sso_region")?.to_owned(),
        scopes: None,
    })
}

pub(super) fn named_session(
    profiles: &ConfiguredProfiles,
    name: &str,
) -> Option<Result<SsoSession, String>> {
    let section = profiles.sso_session(name)?;
    let part = |key| {
        let value = section.get(key).map(str::to_owned);
        value.ok_or_else(|| format!("its SSO session {name:?} has no {key}"))
    };
    let scopes = section.get("sso_registration_scopes").map(scopes);
    Some(part("sso_start_url").and_then(|start_url| {
        let region = part("sso_region")?;
        Ok(SsoSession { name: Some(name.to_owned()), start_url, region, scopes })
    }))
}

/// Splits scopes at commas. Source: `parse_sso_registration_scopes` of the AWS CLI 2.
fn scopes(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|scope| !scope.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Home;

    const CONFIG: &str = "[profile new]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = r\n\
        [profile chained]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = new\n\
        [profile old]\nsso_start_url = https://old.example/start\nsso_region = us-east-1\n\
        sso_account_id = 1\nsso_role_name = r\n\
        [profile keys]\naws_access_key_id = A\naws_secret_access_key = s\n\
        [profile half]\nsso_session = nowhere\n\
        [profile circle]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = circle\n\
        [sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.example/start\n\
        sso_registration_scopes = sso:account:access, codewhisperer:analysis ,\n\
        [sso-session lonely]\nsso_region = eu-west-1\nsso_start_url = https://lonely.example/start\n";

    fn corp() -> SsoSession {
        SsoSession {
            name: Some("corp".to_owned()),
            start_url: "https://corp.example/start".to_owned(),
            region: "eu-west-1".to_owned(),
            scopes: Some(vec!["sso:account:access".into(), "codewhisperer:analysis".into()]),
        }
    }

    async fn find(target: SsoTarget) -> Result<SsoSession, SignInError> {
        SsoSession::find(&target, &Home::with(CONFIG, "").environment()).await
    }

    #[tokio::test]
    async fn a_profile_a_role_chain_and_a_name_find_their_sign_in() {
        for target in [
            SsoTarget::profile_named("new"),
            SsoTarget::profile_named("chained"),
            SsoTarget::session_named("corp"),
        ] {
            assert_eq!(find(target).await.unwrap(), corp());
        }
        let old = find(SsoTarget::profile_named("old")).await.unwrap();
        assert_eq!((old.name.as_deref(), old.title()), (None, "https://old.example/start"));
    }

    #[tokio::test]
    async fn targets_without_a_sign_in_are_errors() {
        let of = |name: &str| find(SsoTarget::profile_named(name));
        assert!(matches!(of("keys").await, Err(SignInError::NotSso { .. })));
        assert!(matches!(of("circle").await, Err(SignInError::NotSso { .. })));
        let half = of("half").await.unwrap_err();
        assert!(half.to_string().contains("\"nowhere\""), "{half}");
        let missing = of("nobody").await.unwrap_err();
        assert!(matches!(missing, SignInError::Aws(AwsError::ProfileMissing { .. })), "{missing}");
        let session = find(SsoTarget::session_named("nowhere")).await.unwrap_err();
        assert!(matches!(session, SignInError::SessionMissing { .. }), "{session}");
    }
}
