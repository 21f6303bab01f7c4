use std::collections::HashMap;
use std::path::PathBuf;

use aws_runtime::fs_util::{Os, home_dir};
use aws_types::os_shim_internal::Env;

use crate::config::environment_keys::EnvironmentKeys;
use crate::config::paths::{Notation, at_home, with_variables};
use crate::session::mfa_sessions::MfaSessions;
use transload_network::Network;

/// The variables that say where profiles are, which one, which region, and which endpoint.
///
/// Source: the AWS SDKs and Tools Reference Guide, "Environment variables", as of February 2026.
const KEPT: [&str; 21] = [
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_ECR",
    "AWS_ENDPOINT_URL_IAM",
    "AWS_ENDPOINT_URL_KMS",
    "AWS_ENDPOINT_URL_SSO",
    "AWS_ENDPOINT_URL_SSO_OIDC",
    "AWS_ENDPOINT_URL_STS",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "HOME",
    // On Windows the home folder is here.
    "USERPROFILE",
    "HOMEDRIVE",
    "HOMEPATH",
];

/// The variables whose value is a path in which other variables stand for theirs.
const PATHS: [&str; 2] = ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"];

/// The variables that name the profile where nobody chose one; the older goes first. Source:
/// `botocore.configprovider`, and the same file of the AWS CLI 2.
const PROFILE: [&str; 2] = ["AWS_DEFAULT_PROFILE", "AWS_PROFILE"];

/// What the environment says about AWS, captured once.
///
/// Clones share the sessions that MFA codes gave.
#[derive(Clone, Debug)]
pub struct AwsEnvironment {
    variables: HashMap<String, String>,
    keys: Option<EnvironmentKeys>,
    network: Network,
    mfa_sessions: MfaSessions,
}

impl AwsEnvironment {
    /// The environment of this process. Variables that are not text are left out.
    pub fn from_process() -> Self {
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        let mut variables: HashMap<_, _> = variables.collect();
        // A service of the system may have no such variable.
        if !variables.contains_key("HOME")
            && let Some(home) = std::env::home_dir()
        {
            variables.insert("HOME".to_owned(), home.to_string_lossy().into_owned());
        }
        Self::from_variables(variables)
    }

    /// An environment of the given variables; those that do not matter here are left out.
    pub fn from_variables<N, V>(variables: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: Into<String>,
        V: Into<String>,
    {
        let all: HashMap<String, String> =
            variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        let keys = EnvironmentKeys::of(|name| all.get(name).cloned());
        // An empty variable means the same as none, as nearly all of the AWS tools have it.
        let kept = KEPT.iter().filter_map(|name| {
            let value = all.get(*name).filter(|value| !value.is_empty())?;
            let value = match PATHS.contains(name) {
                true => with_variables(value, Notation::of_system(), |name| all.get(name).cloned()),
                false => value.clone(),
            };
            Some(((*name).to_owned(), value))
        });
        let (network, mfa_sessions) = (Network::of_process(), MfaSessions::default());
        Self { variables: kept.collect(), keys, network, mfa_sessions }
    }

    /// The same environment, whose sessions go through this network.
    #[must_use]
    pub fn through(self, network: Network) -> Self {
        Self { network, ..self }
    }

    /// The network that sessions go through.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Whether keys are set in the environment.
    pub fn has_keys(&self) -> bool {
        self.keys.is_some()
    }

    /// The keys of the environment.
    pub(crate) fn keys(&self) -> Option<&EnvironmentKeys> {
        self.keys.as_ref()
    }

    /// Whether the environment itself gives credentials, whatever profile it names: keys, or a web
    /// identity.
    pub fn gives_credentials(&self) -> bool {
        self.has_keys() || self.variable("AWS_WEB_IDENTITY_TOKEN_FILE").is_some()
    }

    /// The profile that the environment names: `AWS_DEFAULT_PROFILE` or, without it, `AWS_PROFILE`.
    pub fn profile(&self) -> Option<&str> {
        PROFILE.into_iter().find_map(|name| self.variable(name))
    }

    /// The sessions that MFA codes gave.
    pub(crate) fn mfa_sessions(&self) -> &MfaSessions {
        &self.mfa_sessions
    }

    /// The region of `AWS_REGION` or, without it, of `AWS_DEFAULT_REGION`.
    pub fn region(&self) -> Option<&str> {
        self.variable("AWS_REGION").or_else(|| self.variable("AWS_DEFAULT_REGION"))
    }

    /// Where the configuration file is looked for.
    pub(crate) fn config_path(&self) -> PathBuf {
        self.path("AWS_CONFIG_FILE", "~/.aws/config")
    }

    /// Where the credentials file is looked for.
    pub(crate) fn credentials_path(&self) -> PathBuf {
        self.path("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials")
    }

    /// Where the AWS tools keep what a sign-in through IAM Identity Center gave; no variable names
    /// another place.
    pub(crate) fn sso_cache_folder(&self) -> PathBuf {
        self.expanded("~/.aws/sso/cache")
    }

    /// The same variables in the form that the SDK reads.
    pub(crate) fn sdk(&self) -> Env {
        Env::from(self.variables.clone())
    }

    /// A variable that is kept here and is not empty.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// A path with `~` as its first part stands for the home folder, as in the SDK.
    fn path(&self, variable: &str, default: &str) -> PathBuf {
        self.expanded(self.variable(variable).unwrap_or(default))
    }

    /// A path as it stands in a file or a variable, with `~` as its first part for the home folder.
    pub(crate) fn expanded(&self, path: &str) -> PathBuf {
        at_home(path, home_dir(&self.sdk(), Os::real()).as_deref())
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
    fn files_are_looked_for_at_home_unless_a_variable_says_otherwise() {
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
    fn the_older_variable_for_a_profile_goes_first() {
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
