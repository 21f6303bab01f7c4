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
    #[error("it holds no credentials and names no source for them")]
    NoCredentials,
    #[error("it has a role_arn but neither source_profile nor credential_source")]
    RoleWithoutSource,
    #[error("it has both source_profile and credential_source, and only one may be there")]
    TwoSources,
    #[error("its source_profile {0:?} is in none of the files")]
    SourceMissing(String),
    #[error("its source_profile chain runs in a circle: {}", .0.join(" → "))]
    Cycle(Vec<String>),
    #[error("its source profile {name:?} cannot be used: {problem}")]
    Source { name: String, problem: Box<ProfileProblem> },
    #[error(
        "its credential_source {0:?} is unknown; Environment, Ec2InstanceMetadata and EcsContainer are known"
    )]
    UnknownCredentialSource(String),
    #[error("it has a web_identity_token_file but no role_arn")]
    TokenWithoutRole,
    #[error("it has {has} but no {lacks}")]
    Incomplete { has: &'static str, lacks: &'static str },
    #[error(
        "its aws_access_key_id and its aws_secret_access_key stand in two files; the AWS tools take both from one"
    )]
    KeysInTwoFiles,
    #[error("it names the SSO session {0:?}, which is in none of the files")]
    SsoSessionMissing(String),
    #[error("its SSO session {session:?} has no {lacks}")]
    SsoSessionLacks { session: String, lacks: &'static str },
    #[error("its {0} is another than that of the SSO session that it names")]
    ConflictingSsoSetting(&'static str),
    #[error("it signs in with SSO but has no sso_account_id and sso_role_name")]
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
    /// Returns the problem of a profile whose source profile has this problem.
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
