//! Why a profile can't provide credentials, with the lines at fault. Shown in the list of profiles and
//! in the error of a session.

use std::fmt;

use crate::config::sections::FileLocation;

/// Why a profile can't provide credentials, and where in the files.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct LocatedProblem {
    pub(crate) problem: ProfileProblem,
    /// The lines at fault, the most relevant first.
    pub(crate) locations: Vec<FileLocation>,
}

/// Why a profile can't provide credentials. Each message continues "the AWS profile … cannot be used:
/// ".
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ProfileProblem {
    #[error("it has no credentials and no source for them")]
    NoCredentials,
    #[error("it has a role_arn but neither source_profile nor credential_source")]
    RoleWithoutSource,
    #[error("it has both source_profile and credential_source; only one is allowed")]
    TwoSources,
    #[error("its source_profile {0:?} is not defined in any file")]
    SourceMissing(String),
    #[error("its source_profile settings form a cycle: {}", .0.join(" → "))]
    Cycle(Vec<String>),
    #[error("its source profile {name:?} cannot be used: {problem}")]
    Source { name: String, problem: Box<ProfileProblem> },
    #[error(
        "its credential_source {0:?} is invalid; use Environment, Ec2InstanceMetadata or EcsContainer"
    )]
    UnknownCredentialSource(String),
    #[error("it has a web_identity_token_file but no role_arn")]
    TokenWithoutRole,
    #[error("it has {has} but no {lacks}")]
    Incomplete { has: &'static str, lacks: &'static str },
    #[error(
        "its aws_access_key_id and aws_secret_access_key are in different files; the AWS tools read both from the same file"
    )]
    KeysInTwoFiles,
    #[error("its SSO session {0:?} is not defined in any file")]
    SsoSessionMissing(String),
    #[error("its SSO session {session:?} has no {lacks}")]
    SsoSessionLacks { session: String, lacks: &'static str },
    #[error("its {0} differs from that of its SSO session")]
    ConflictingSsoSetting(&'static str),
    #[error("it uses SSO but has no sso_account_id and sso_role_name")]
    SsoWithoutRole,
}

impl ProfileProblem {
    pub(crate) fn at(self, location: &FileLocation) -> LocatedProblem {
        self.at_locations([location.clone()])
    }

    pub(crate) fn at_locations(
        self,
        locations: impl IntoIterator<Item = FileLocation>,
    ) -> LocatedProblem {
        LocatedProblem { problem: self, locations: locations.into_iter().collect() }
    }

    pub(crate) fn without_location(self) -> LocatedProblem {
        self.at_locations([])
    }
}

impl LocatedProblem {
    pub(crate) fn in_source_profile(self, name: &str) -> Self {
        let problem =
            ProfileProblem::Source { name: name.to_owned(), problem: Box::new(self.problem) };
        Self { problem, locations: self.locations }
    }
}

impl fmt::Display for LocatedProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.problem)?;
        for (number, location) in self.locations.iter().enumerate() {
            let before = if number == 0 { " (" } else { ", " };
            write!(formatter, "{before}{location}")?;
        }
        if self.locations.is_empty() { Ok(()) } else { formatter.write_str(")") }
    }
}

impl std::error::Error for LocatedProblem {}
