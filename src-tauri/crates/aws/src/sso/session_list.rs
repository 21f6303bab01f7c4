//! Lists the sign-ins of the configuration with the state of their tokens.

use std::time::SystemTime;

use crate::config::config_files::Configuration;
use crate::config::environment::AwsEnvironment;
use crate::sso::sso_session::{SsoSession, named_session, session_of_profile};
use crate::sso::store::TokenStore;

/// A sign-in and the state of its token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SsoTokenState {
    pub session: SsoSession,
    /// The profiles that use the sign-in, in the order of the files.
    pub profiles: Vec<String>,
    /// When the token expires, if there is a valid one.
    pub token_expires_at: Option<SystemTime>,
    /// Whether the token can be refreshed without the user, according to the stored data.
    pub renewable: bool,
}

/// Lists every sign-in of the configuration: the sessions in the order of the file, then those of
/// profiles in the legacy format. Incomplete ones are omitted; their profiles report the problem.
pub async fn list_sso_sessions(environment: &AwsEnvironment) -> Vec<SsoTokenState> {
    let configuration = Configuration::read(environment, None).await;
    let set = &configuration.sections;
    let named =
        set.sso_sessions().iter().filter_map(|section| named_session(set, &section.name)?.ok());
    let mut sessions: Vec<SsoSession> = named.collect();
    let mut users: Vec<(SsoSession, String)> = Vec::new();
    for profile in set.profiles() {
        if let Ok(session) = session_of_profile(set, profile) {
            users.push((session, profile.name.clone()));
        }
    }
    for (session, _) in &users {
        if !sessions.contains(session) {
            sessions.push(session.clone());
        }
    }
    let store = TokenStore::of(environment);
    let mut states = Vec::new();
    for session in sessions {
        let token = store.token(&session).await.ok().flatten();
        let now = SystemTime::now();
        let profiles =
            users.iter().filter(|(used, _)| *used == session).map(|(_, name)| name.clone());
        states.push(SsoTokenState {
            profiles: profiles.collect(),
            renewable: token.as_ref().is_some_and(|token| session.can_refresh(token, now)),
            token_expires_at: token
                .map(|token| token.expires_at)
                .filter(|expires_at| *expires_at > now),
            session,
        });
    }
    states
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Home;

    const CONFIG: &str = "[profile new]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = r\n\
        [profile old]\nsso_start_url = https://old.example/start\nsso_region = us-east-1\n\
        sso_account_id = 1\nsso_role_name = r\n\
        [profile keys]\naws_access_key_id = A\naws_secret_access_key = s\n\
        [profile half]\nsso_session = nowhere\n\
        [sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.example/start\n\
        [sso-session lonely]\nsso_region = eu-west-1\nsso_start_url = https://lonely.example/start\n";

    #[tokio::test]
    async fn every_sign_in_is_listed_once_with_its_profiles() {
        let states = list_sso_sessions(&Home::with(CONFIG, "").environment()).await;
        let listed: Vec<_> = states
            .iter()
            .map(|state| (state.session.title(), state.profiles.join(" "), state.token_expires_at))
            .collect();
        assert_eq!(
            listed,
            [
                ("corp", "new".to_owned(), None),
                ("lonely", String::new(), None),
                ("https://old.example/start", "old".to_owned(), None),
            ]
        );
    }
}
