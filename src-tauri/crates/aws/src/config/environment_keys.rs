//! Access keys in environment variables, the first credentials that apply if no profile was chosen.
//!
//! Source: `botocore.credentials.EnvProvider`.

use aws_credential_types::Credentials;

use crate::config::timestamps;
use transload_model::Secret;

const KEY_ID: &str = "AWS_ACCESS_KEY_ID";
const SECRET_KEY: &str = "AWS_SECRET_ACCESS_KEY";
/// The older name takes precedence.
const SESSION_TOKENS: [&str; 2] = ["AWS_SECURITY_TOKEN", "AWS_SESSION_TOKEN"];
const EXPIRATION: &str = "AWS_CREDENTIAL_EXPIRATION";

/// The access keys of the environment. They are never printed, not even the key id.
#[derive(Clone, Debug)]
pub(crate) struct EnvironmentKeys {
    access_key_id: Secret<String>,
    secret_access_key: Option<Secret<String>>,
    session_token: Option<Secret<String>>,
    expiration: Option<String>,
}

/// Why the access keys of the environment can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidKeys {
    #[error("{KEY_ID} is set, but {SECRET_KEY} is not")]
    NoSecret,
    #[error("{EXPIRATION} is not a time with a time zone")]
    Expiration,
}

impl EnvironmentKeys {
    /// Returns `None` if no key id is set. An empty variable counts as unset.
    pub(crate) fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        Some(Self {
            access_key_id: Secret::new(set(KEY_ID)?),
            secret_access_key: set(SECRET_KEY).map(Secret::new),
            session_token: SESSION_TOKENS.into_iter().find_map(set).map(Secret::new),
            expiration: set(EXPIRATION),
        })
    }

    /// Converts the keys into credentials.
    pub(crate) fn credentials(&self) -> Result<Credentials, InvalidKeys> {
        let secret = self.secret_access_key.as_ref().ok_or(InvalidKeys::NoSecret)?;
        let expires_at = match &self.expiration {
            Some(written) => Some(timestamps::parse(written).ok_or(InvalidKeys::Expiration)?),
            None => None,
        };
        let token = self.session_token.as_ref().map(|token| token.expose().clone());
        let id = self.access_key_id.expose();
        Ok(Credentials::new(id, secret.expose(), token, expires_at, "transload"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(variables: &[(&str, &str)]) -> Option<EnvironmentKeys> {
        EnvironmentKeys::from_variables(|wanted| {
            let found = variables.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn old_names_are_read_and_an_incomplete_key_is_a_problem() {
        let complete = [(KEY_ID, "AKIA"), (SECRET_KEY, "hunter2"), ("AWS_SECURITY_TOKEN", "old")];
        let read = keys(&complete).unwrap();
        assert_eq!(read.credentials().unwrap().session_token(), Some("old"));
        assert!(!format!("{read:?}").contains("hunter2") && !format!("{read:?}").contains("AKIA"));
        let both = [&complete[..], &[("AWS_SESSION_TOKEN", "new")]].concat();
        assert_eq!(keys(&both).unwrap().credentials().unwrap().session_token(), Some("old"));
        assert!(keys(&[(KEY_ID, ""), (SECRET_KEY, "s")]).is_none());
        let half = keys(&[(KEY_ID, "AKIA"), (SECRET_KEY, "")]).unwrap();
        assert_eq!(half.credentials().unwrap_err(), InvalidKeys::NoSecret);
        let odd = [&complete[..], &[(EXPIRATION, "soon")]].concat();
        assert_eq!(keys(&odd).unwrap().credentials().unwrap_err(), InvalidKeys::Expiration);
    }
}
