use transload_engine::aws as engine;
use transload_engine::model::Partition;

use super::repository_settings;
use crate::contract::{
    AwsConfigFile, AwsEndpoints, AwsIdentity, AwsProfile, AwsProfileKind, AwsProfiles,
    IgnoredSection, Repository,
};

/// The profiles of this computer.
pub fn profiles(list: engine::ProfileList) -> AwsProfiles {
    let path = |path: std::path::PathBuf| path.display().to_string();
    let profiles = list.profiles.into_iter().map(|profile| AwsProfile {
        name: profile.name,
        kind: kind(profile.kind),
        region: profile.region.map(|region| region.to_string()),
        source: path(profile.source),
        problem: profile.problem,
    });
    let files = list.files.into_iter().map(|file| AwsConfigFile {
        path: path(file.path),
        exists: file.exists,
        problem: file.error,
        refused_by_cli: file.refused_by_cli,
    });
    let ignored = list.ignored.into_iter().map(|section| IgnoredSection {
        path: path(section.path),
        line: section.line,
        section: section.section,
        reason: section.reason,
    });
    AwsProfiles {
        profiles: profiles.collect(),
        files: files.collect(),
        ignored: ignored.collect(),
        preselected: list.preselected,
        environment_has_keys: list.environment_has_keys,
    }
}

fn kind(kind: engine::ProfileKind) -> AwsProfileKind {
    match kind {
        engine::ProfileKind::Keys => AwsProfileKind::Keys,
        engine::ProfileKind::Sso => AwsProfileKind::Sso,
        engine::ProfileKind::Role => AwsProfileKind::Role,
        engine::ProfileKind::RoleWithMfa => AwsProfileKind::RoleWithMfa,
        engine::ProfileKind::Process => AwsProfileKind::Process,
        engine::ProfileKind::Login => AwsProfileKind::Login,
        engine::ProfileKind::WebIdentity => AwsProfileKind::WebIdentity,
        engine::ProfileKind::Unknown => AwsProfileKind::Unknown,
    }
}

/// Who the caller is.
pub fn identity(
    caller: &engine::CallerIdentity,
    practice: bool,
    endpoints: AwsEndpoints,
) -> AwsIdentity {
    AwsIdentity {
        account_id: caller.account.to_string(),
        arn: caller.arn.clone(),
        region: caller.region.to_string(),
        expires_at_ms: caller.expires_at_ms,
        practice,
        partition: Partition::of_region(&caller.region).to_string(),
        endpoints,
    }
}

/// A repository of the list.
pub fn repository(repository: &engine::EcrRepository) -> Repository {
    Repository {
        name: repository.name.to_string(),
        uri: repository.uri.clone(),
        arn: repository.arn.clone(),
        created_at_ms: repository.created_at_ms,
        settings: repository_settings(&repository.settings),
    }
}
