//! Lists the profiles of this computer for the user to choose from.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::config::config_files::{ConfigFile, Configuration};
use crate::config::environment::AwsEnvironment;
use crate::config::profile_kind::ProfileKind;
use crate::config::role_chain::{
    RoleChain, kind_from_settings, region_setting, resolve_role_chain,
};
use crate::config::sections::{IgnoredSection, Section};
use transload_model::Region;

/// The profiles on this computer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "AwsProfiles", export_to = "aws.ts")]
pub struct ProfileList {
    /// In the order of the files, the configuration file first.
    pub profiles: Vec<ProfileSummary>,
    /// Both files, whether they exist or not.
    pub files: Vec<ConfigFile>,
    /// Sections that AWS tools ignore.
    pub ignored: Vec<IgnoredSection>,
    /// The profile that the environment names, whether it exists or not.
    pub preselected: Option<String>,
    /// Whether the environment contains access keys. They never override a chosen profile.
    pub environment_has_keys: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "AwsProfile", export_to = "aws.ts")]
pub struct ProfileSummary {
    pub name: String,
    pub kind: ProfileKind,
    /// The region of the profile or of its source profile.
    pub region: Option<Region>,
    /// The first file that defines the profile.
    #[serde(serialize_with = "transload_model::text::path")]
    pub source: PathBuf,
    /// Why the profile can't be used, if it can't.
    pub problem: Option<String>,
}

/// Reads the AWS configuration and describes every profile.
///
/// Never fails: a file that can't be read is reported in [`ProfileList::files`]. Then every profile of
/// the other file reports the same problem, because part of it may be missing.
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
    let chain = resolve_role_chain(sections, &profile.name);
    let region = region_setting(sections, &profile.name);
    let parsed = region.map(|setting| Region::parse(&setting.value)).transpose();
    let wrong_region = || {
        let error = parsed.as_ref().err()?;
        Some(format!("{error} ({})", region.map_or(&profile.location, |region| &region.location)))
    };
    let problem = configuration
        .read_error()
        .map(str::to_owned)
        .or_else(|| chain.as_ref().err().map(ToString::to_string))
        .or_else(wrong_region);
    ProfileSummary {
        name: profile.name.clone(),
        kind: chain.as_ref().map_or_else(|_| kind_from_settings(profile), RoleChain::kind),
        source: profile.location.path.to_path_buf(),
        region: parsed.unwrap_or_default(),
        problem,
    }
}

#[cfg(test)]
mod tests;
