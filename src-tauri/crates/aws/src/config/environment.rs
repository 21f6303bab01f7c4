//! The environment variables that matter for AWS, captured once. Every call of this crate that reads
//! the configuration takes an [`AwsEnvironment`].

use std::collections::HashMap;
use std::path::PathBuf;

use aws_runtime::fs_util::{Os, home_dir};
use aws_types::os_shim_internal::Env;

use crate::config::environment_keys::EnvironmentKeys;
use crate::config::paths::{VariableSyntax, expand_home, expand_variables};
use crate::session::mfa_session_cache::MfaSessionCache;
use transload_network::Network;

/// The variables that select the files, the profile, the region and the endpoints.
///
/// Source: the AWS SDKs and Tools Reference Guide, "Environment variables", as of February 2026.
const VARIABLES: [&str; 22] = [
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_ECR",
    "AWS_ENDPOINT_URL_IAM",
    "AWS_ENDPOINT_URL_INSPECTOR2",
    "AWS_ENDPOINT_URL_KMS",
    "AWS_ENDPOINT_URL_SSO",
    "AWS_ENDPOINT_URL_SSO_OIDC",
    "AWS_ENDPOINT_URL_STS",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "HOME",
    // On Windows these name the home folder.
    "USERPROFILE",
    "HOMEDRIVE",
    "HOMEPATH",
];

/// Variables whose value is a path that may contain other variables.
const PATH_VARIABLES: [&str; 2] = ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"];

/// The variables that name the default profile; the older one takes precedence. Source:
/// `botocore.configprovider`, and the same file of the AWS CLI 2.
const PROFILE_VARIABLES: [&str; 2] = ["AWS_DEFAULT_PROFILE", "AWS_PROFILE"];

/// The AWS settings of the environment, captured once.
///
/// Clones share the cache of MFA sessions.
#[derive(Clone, Debug)]
pub struct AwsEnvironment {
    variables: HashMap<String, String>,
    keys: Option<EnvironmentKeys>,
    network: Network,
    mfa_sessions: MfaSessionCache,
}

impl AwsEnvironment {
    /// Captures the environment of this process. Variables that are not valid Unicode are ignored.
    pub fn from_process() -> Self {
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        let mut variables: HashMap<_, _> = variables.collect();
        // A system service may have no such variable.
        if !variables.contains_key("HOME")
            && let Some(home) = std::env::home_dir()
        {
            variables.insert("HOME".to_owned(), home.to_string_lossy().into_owned());
        }
        Self::from_variables(variables)
    }

    /// Captures an environment from the given variables. Variables that don't matter for AWS are
    /// ignored.
    pub fn from_variables<N, V>(variables: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: Into<String>,
        V: Into<String>,
    {
        let all: HashMap<String, String> =
            variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        let keys = EnvironmentKeys::from_variables(|name| all.get(name).cloned());
        // An empty variable counts as unset, as in nearly all AWS tools.
        let captured = VARIABLES.iter().filter_map(|name| {
            let value = all.get(*name).filter(|value| !value.is_empty())?;
            let value = match PATH_VARIABLES.contains(name) {
                true => {
                    expand_variables(value, VariableSyntax::native(), |name| all.get(name).cloned())
                }
                false => value.clone(),
            };
            Some(((*name).to_owned(), value))
        });
        let (network, mfa_sessions) = (Network::process_default(), MfaSessionCache::default());
        Self { variables: captured.collect(), keys, network, mfa_sessions }
    }

    /// Returns the same environment with another network for its sessions.
    #[must_use]
    pub fn with_network(self, network: Network) -> Self {
        Self { network, ..self }
    }

    /// The network that sessions use.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Whether the environment contains access keys.
    pub fn has_keys(&self) -> bool {
        self.keys.is_some()
    }

    pub(crate) fn keys(&self) -> Option<&EnvironmentKeys> {
        self.keys.as_ref()
    }

    /// Whether the environment itself provides credentials, whatever profile it names: access keys or a
    /// web identity.
    pub fn has_credentials(&self) -> bool {
        self.has_keys() || self.variable("AWS_WEB_IDENTITY_TOKEN_FILE").is_some()
    }

    /// The default profile: `AWS_DEFAULT_PROFILE`, otherwise `AWS_PROFILE`.
    pub fn profile(&self) -> Option<&str> {
        PROFILE_VARIABLES.into_iter().find_map(|name| self.variable(name))
    }

    /// The cache of sessions that were opened with MFA codes.
    pub(crate) fn mfa_sessions(&self) -> &MfaSessionCache {
        &self.mfa_sessions
    }

    /// The region: `AWS_REGION`, otherwise `AWS_DEFAULT_REGION`.
    pub fn region(&self) -> Option<&str> {
        self.variable("AWS_REGION").or_else(|| self.variable("AWS_DEFAULT_REGION"))
    }

    /// The path of the configuration file.
    pub(crate) fn config_path(&self) -> PathBuf {
        self.path("AWS_CONFIG_FILE", "~/.aws/config")
    }

    pub(crate) fn credentials_path(&self) -> PathBuf {
        self.path("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials")
    }

    /// The folder where the AWS tools store IAM Identity Center tokens. No variable overrides it.
    pub(crate) fn sso_cache_folder(&self) -> PathBuf {
        self.expand_home("~/.aws/sso/cache")
    }

    /// Returns the same variables in the SDK's form.
    pub(crate) fn sdk_variables(&self) -> Env {
        Env::from(self.variables.clone())
    }

    /// Returns a captured variable that is not empty.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// Returns the path in a variable or the default, with a leading `~` expanded as in the SDK.
    fn path(&self, variable: &str, default: &str) -> PathBuf {
        self.expand_home(self.variable(variable).unwrap_or(default))
    }

    /// Expands a leading `~` in a path from a file or a variable.
    pub(crate) fn expand_home(&self, path: &str) -> PathBuf {
        expand_home(path, home_dir(&self.sdk_variables(), Os::real()).as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_kept_for_signing_and_never_printed() {
        let environment = AwsEnvironment::from_variables([
            ("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT"),
            ("AWS_SECRET_ACCESS_KEY", "hunter2"),
            ("AWS_PROFILE", ""),
        ]);
        assert!(environment.has_keys());
        assert_eq!(environment.profile(), None);
        let printed = format!("{environment:?}");
        assert!(!printed.contains("AKIAENVIRONMENT") && !printed.contains("hunter2"), "{printed}");
    }

    #[test]
    fn files_are_in_the_home_folder_unless_a_variable_overrides_it() {
        let environment = AwsEnvironment::from_variables([
            ("HOME", "/home/ada"),
            ("AWS_CONFIG_FILE", "~/elsewhere/config"),
        ]);
        assert_eq!(environment.config_path(), PathBuf::from("/home/ada/elsewhere/config"));
        assert_eq!(environment.credentials_path(), PathBuf::from("/home/ada/.aws/credentials"));
        let absolute = AwsEnvironment::from_variables([
            ("HOME", "/home/ada"),
            ("AWS_CONFIG_FILE", "/etc/aws"),
        ]);
        assert_eq!(absolute.config_path(), PathBuf::from("/etc/aws"));
        let composed = AwsEnvironment::from_variables([
            ("HOME", "/home/ada"),
            ("STAGE", "prod"),
            ("AWS_CONFIG_FILE", "$HOME/${STAGE}/config"),
            ("AWS_SHARED_CREDENTIALS_FILE", "~/$STAGE/$NONE"),
        ]);
        assert_eq!(composed.config_path(), PathBuf::from("/home/ada/prod/config"));
        assert_eq!(composed.credentials_path(), PathBuf::from("/home/ada/prod/$NONE"));
    }

    #[test]
    fn the_older_profile_variable_takes_precedence() {
        for (variables, expected) in [
            (vec![("AWS_PROFILE", "new")], Some("new")),
            (vec![("AWS_PROFILE", "new"), ("AWS_DEFAULT_PROFILE", "old")], Some("old")),
            (vec![("AWS_PROFILE", "new"), ("AWS_DEFAULT_PROFILE", "")], Some("new")),
            (vec![("AWS_PROFILE", "")], None),
        ] {
            assert_eq!(
                AwsEnvironment::from_variables(variables.clone()).profile(),
                expected,
                "{variables:?}"
            );
        }
    }

    #[test]
    fn the_newer_region_variable_wins() {
        let both = [("AWS_DEFAULT_REGION", "us-east-1"), ("AWS_REGION", "eu-west-1")];
        assert_eq!(AwsEnvironment::from_variables(both).region(), Some("eu-west-1"));
        assert_eq!(AwsEnvironment::from_variables(both[..1].to_vec()).region(), Some("us-east-1"));
    }
}
