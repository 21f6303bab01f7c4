//! Every profile of the AWS configuration on this computer, for a person to choose from.

use std::path::PathBuf;

use crate::config::config_files::ConfigFile;
use crate::config::config_files::Configuration;
use crate::config::environment::AwsEnvironment;
use crate::config::role_chain::{Chain, follow, kind_by_settings, region_of};
use crate::config::sections::IgnoredSection;
use crate::config::sections::Section;
use transload_model::Region;

/// The profiles on this computer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileList {
    /// In the order of the files, the configuration file first.
    pub profiles: Vec<ProfileSummary>,
    /// The files that were looked at.
    pub files: Vec<ConfigFile>,
    /// Sections that AWS tools ignore.
    pub ignored: Vec<IgnoredSection>,
    /// The profile that `AWS_PROFILE` names, whether it exists or not.
    pub preselected: Option<String>,
    /// Whether the environment holds keys; they never win over a chosen profile.
    pub environment_has_keys: bool,
}

/// One profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileSummary {
    /// Its name.
    pub name: String,
    /// How it gets its credentials.
    pub kind: ProfileKind,
    /// Its region, or that of its source profile.
    pub region: Option<Region>,
    /// The first file that names it.
    pub source: PathBuf,
    /// Why it cannot be used, if it cannot.
    pub problem: Option<String>,
}

/// How a profile gets its credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProfileKind {
    /// An access key in the file.
    Keys,
    /// IAM Identity Center, with an SSO session of its own or in the profile.
    Sso,
    /// A role that another profile or the machine assumes.
    Role,
    /// A role that needs an MFA code.
    RoleWithMfa,
    /// A program that prints credentials.
    Process,
    /// A session of `aws login`.
    Login,
    /// A token file of a web identity.
    WebIdentity,
    /// Nothing that gives credentials.
    Unknown,
}

/// Reads the AWS configuration and says what each profile is.
///
/// It never fails: a file that cannot be read is said in [`ProfileList::files`], and then every
/// profile of the other file carries that as its problem, since half of it may be missing.
pub async fn list_profiles(environment: &AwsEnvironment) -> ProfileList {
    let configuration = Configuration::read(environment, None).await;
    let profiles = configuration.sections.profiles().iter();
    ProfileList {
        profiles: profiles.map(|profile| summary(&configuration, profile)).collect(),
        ignored: configuration.ignored,
        preselected: environment.profile().map(str::to_owned),
        environment_has_keys: environment.has_keys(),
        files: configuration.files,
    }
}

fn summary(configuration: &Configuration, profile: &Section) -> ProfileSummary {
    let sections = &configuration.sections;
    let chain = follow(sections, &profile.name);
    let region = region_of(sections, &profile.name);
    let parsed = region.map(|setting| Region::parse(&setting.value)).transpose();
    let wrong_region = || {
        let error = parsed.as_ref().err()?;
        Some(format!("{error} ({})", region.map_or(&profile.place, |region| &region.place)))
    };
    let problem = configuration
        .broken()
        .map(str::to_owned)
        .or_else(|| chain.as_ref().err().map(ToString::to_string))
        .or_else(wrong_region);
    ProfileSummary {
        name: profile.name.clone(),
        kind: chain.as_ref().map_or_else(|_| kind_by_settings(profile), Chain::kind),
        source: profile.place.path.to_path_buf(),
        region: parsed.unwrap_or_default(),
        problem,
    }
}

#[cfg(test)]
mod tests;
