use std::collections::HashMap;
use std::path::PathBuf;

use aws_runtime::fs_util::{Os, home_dir};
use aws_types::os_shim_internal::Env;

use super::mfa_sessions::MfaSessions;
use crate::network::Network;

/// The variables that say where profiles are, which one, which region, and which endpoint.
///
/// Source: the AWS SDKs and Tools Reference Guide, "Environment variables", as of February 2026.
const KEPT: [&str; 18] = [
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
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
    "HOME",
    // On Windows the home folder is here.
    "USERPROFILE",
    "HOMEDRIVE",
    "HOMEPATH",
    // Kept only as a fact, see `has_keys`.
    KEY_ID,
];

const KEY_ID: &str = "AWS_ACCESS_KEY_ID";

/// What the environment says about AWS, captured once.
///
/// Clones share the sessions that MFA codes gave.
#[derive(Clone, Debug)]
pub struct AwsEnvironment {
    variables: HashMap<String, String>,
    has_keys: bool,
    network: Network,
    mfa_sessions: MfaSessions,
}

impl AwsEnvironment {
    /// The environment of this process. Variables that are not text are left out.
    pub fn from_process() -> Self {
        Self::from_variables(
            KEPT.iter().filter_map(|name| Some((*name, std::env::var(name).ok()?))),
        )
    }

    /// An environment of the given variables; those that do not matter here are left out, and of
    /// the keys only whether they are there is kept.
    pub fn from_variables<N, V>(variables: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: Into<String>,
        V: Into<String>,
    {
        // An empty variable means the same as none, as the AWS tools have it.
        let mut variables: HashMap<String, String> = variables
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .filter(|(name, value)| KEPT.contains(&name.as_str()) && !value.is_empty())
            .collect();
        let has_keys = variables.remove(KEY_ID).is_some();
        let (network, mfa_sessions) = (Network::of_process(), MfaSessions::default());
        Self { variables, has_keys, network, mfa_sessions }
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
        self.has_keys
    }

    /// The profile that `AWS_PROFILE` names.
    pub fn profile(&self) -> Option<&str> {
        self.variable("AWS_PROFILE")
    }

    /// The sessions that MFA codes gave.
    pub(super) fn mfa_sessions(&self) -> &MfaSessions {
        &self.mfa_sessions
    }

    /// The region of `AWS_REGION` or, without it, of `AWS_DEFAULT_REGION`.
    pub(super) fn region(&self) -> Option<&str> {
        self.variable("AWS_REGION").or_else(|| self.variable("AWS_DEFAULT_REGION"))
    }

    /// Where the configuration file is looked for.
    pub(super) fn config_path(&self) -> PathBuf {
        self.path("AWS_CONFIG_FILE", "~/.aws/config")
    }

    /// Where the credentials file is looked for.
    pub(super) fn credentials_path(&self) -> PathBuf {
        self.path("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials")
    }

    /// Where the AWS tools keep what a sign-in through IAM Identity Center gave; no variable names
    /// another place.
    pub(super) fn sso_cache_folder(&self) -> PathBuf {
        self.at_home(PathBuf::from("~/.aws/sso/cache"))
    }

    /// The same variables in the form that the SDK reads.
    pub(super) fn sdk(&self) -> Env {
        Env::from(self.variables.clone())
    }

    fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// A path with `~` as its first part stands for the home folder, as in the SDK.
    fn path(&self, variable: &str, default: &str) -> PathBuf {
        self.expanded(self.variable(variable).unwrap_or(default))
    }

    /// A path as it stands in a file or a variable, with `~` as its first part for the home folder.
    pub(super) fn expanded(&self, path: &str) -> PathBuf {
        self.at_home(PathBuf::from(path))
    }

    fn at_home(&self, written: PathBuf) -> PathBuf {
        match (written.strip_prefix("~"), home_dir(&self.sdk(), Os::real())) {
            (Ok(rest), Some(home)) => PathBuf::from(home).join(rest),
            _ => written,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_a_fact_and_never_kept() {
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
    }

    #[test]
    fn the_newer_region_variable_wins() {
        let both = [("AWS_DEFAULT_REGION", "us-east-1"), ("AWS_REGION", "eu-west-1")];
        assert_eq!(AwsEnvironment::from_variables(both).region(), Some("eu-west-1"));
        assert_eq!(AwsEnvironment::from_variables(both[..1].to_vec()).region(), Some("us-east-1"));
    }
}
