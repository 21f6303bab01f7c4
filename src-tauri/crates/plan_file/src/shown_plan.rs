//! Plans as the window and plan files show them.

use transload_contract::{
    AwsIdentity, EnginePrediction, MigrationPlan, NeededQuota, PlannedAction, PlannedImage,
    PlannedRepository, SelectedImage, SettingDifference,
};
use transload_migration as engine;
use transload_model::Reported;

use crate::destination::shown_destination;
use crate::forecast::shown_forecast;
use crate::settings::shown_settings;

/// Converts a plan. `id` starts it.
pub fn shown_plan(
    id: String,
    plan: &engine::Plan,
    identity: AwsIdentity,
    commands: Vec<String>,
) -> MigrationPlan {
    MigrationPlan {
        plan: id,
        identity,
        destination: shown_destination(&plan.destination),
        registry: plan.registry().to_string(),
        repositories: plan.repositories.iter().map(repository).collect(),
        images: plan.images.iter().map(image).collect(),
        totals: plan.totals,
        pull_quota: plan.pull_quota.map(|needed| NeededQuota {
            needed: needed.needed,
            left: Some(needed.quota.remaining),
            window_seconds: Some(needed.quota.window_seconds),
        }),
        expected: None,
        commands,
        ready: plan.is_ready(),
    }
}

fn repository(repository: &engine::PlannedRepository) -> PlannedRepository {
    let actual = &repository.settings;
    PlannedRepository {
        name: repository.name.to_string(),
        uri: repository.uri.clone(),
        exists: repository.exists,
        settings: shown_settings(actual),
        differences: repository
            .differences
            .iter()
            .map(|wanted| difference(wanted, actual))
            .collect(),
        lifecycle: shown_forecast(&repository.forecast),
    }
}

fn difference(
    difference: &engine::Difference,
    actual: &transload_model::RepositorySettings,
) -> SettingDifference {
    let (setting, wanted, actual) = match difference {
        engine::Difference::TagMutability { wanted } => {
            ("Tag immutability", mutability(wanted), mutability(actual))
        }
        engine::Difference::ScanOnPush { wanted } => {
            ("Scan on push", on_or_off(*wanted), on_or_off(actual.scan_on_push))
        }
        engine::Difference::Encryption { wanted } => {
            ("Encryption", encryption(wanted), encryption(&actual.encryption))
        }
        engine::Difference::Lifecycle { wanted, has_another } => {
            ("Lifecycle policy", lifecycle(*wanted), none_or_another(*has_another))
        }
        engine::Difference::Policy { has_another } => {
            ("Repository policy", "as requested".to_owned(), none_or_another(*has_another))
        }
    };
    SettingDifference { setting: setting.to_owned(), wanted, actual }
}

fn mutability(settings: &transload_model::RepositorySettings) -> String {
    use transload_model::TagMutability as Mutability;
    let filters: Vec<_> = settings.exclusion_filters.iter().map(ToString::to_string).collect();
    let filters = filters.join(", ");
    match &settings.tag_mutability {
        Reported::Known(Mutability::Mutable) => "mutable".to_owned(),
        Reported::Known(Mutability::Immutable) => "immutable".to_owned(),
        Reported::Known(Mutability::ImmutableWithExclusion) => {
            format!("immutable except {filters}")
        }
        Reported::Known(Mutability::MutableWithExclusion) => format!("mutable except {filters}"),
        Reported::Unknown { unknown } => unknown.clone(),
    }
}

fn lifecycle(preset: transload_model::LifecyclePreset) -> String {
    use transload_model::LifecyclePreset;
    match preset {
        LifecyclePreset::None => "none".to_owned(),
        LifecyclePreset::KeepNewest { count } => format!("keep the newest {count} images"),
        LifecyclePreset::ExpireUntagged { days } => {
            format!("expire untagged images after {days} days")
        }
    }
}

fn none_or_another(has_another: bool) -> String {
    if has_another { "another policy" } else { "none" }.to_owned()
}

fn on_or_off(on: bool) -> String {
    if on { "on" } else { "off" }.to_owned()
}

fn encryption(encryption: &Reported<transload_model::Encryption>) -> String {
    use transload_model::Encryption;
    let with = |kind: &str, key: &Option<String>| match key {
        Some(key) => format!("{kind} with {key}"),
        None => kind.to_owned(),
    };
    match encryption {
        Reported::Known(Encryption::Aes256) => "AES-256".to_owned(),
        Reported::Known(Encryption::Kms { key }) => with("KMS", key),
        Reported::Known(Encryption::KmsDualLayer { key }) => with("KMS, dual layer", key),
        Reported::Unknown { unknown } => unknown.clone(),
    }
}

fn image(image: &engine::PlannedImage) -> PlannedImage {
    PlannedImage {
        image: image.index,
        selected: SelectedImage {
            repository: image.source_repository.clone(),
            tag: image.requested_tag.to_string(),
        },
        source: image.source.to_string(),
        destination: image.destination.to_string(),
        repository: image.repository.to_string(),
        tag: image.tag.to_string(),
        route: image.route,
        action: action(&image.action),
        source_digest: image.source_digest.as_ref().map(ToString::to_string),
        destination_digest: image.destination_digest.as_ref().map(ToString::to_string),
        platforms: image.platforms.iter().map(ToString::to_string).collect(),
        existing: image.existing,
        // A source without a size has an image that was not read: it is refused, or ECR has it.
        size_bytes: Some(image.size_bytes).filter(|bytes| *bytes > 0),
        remarks: image.remarks.clone(),
        push_order: Some(image.push_order),
        referrer_tags: image.referrer_tags.clone(),
        part_of: image.part_of.as_ref().map(ToString::to_string),
        engine: image.engine.as_deref().map(prediction),
    }
}

fn prediction(plan: &engine::EnginePlan) -> EnginePrediction {
    EnginePrediction {
        image_id: plan.image_id.to_string(),
        method: plan.method,
        outcome: plan.outcome,
        platform: plan.platform.as_ref().map(|sent| sent.platform.to_string()),
        os_version: plan.platform.as_ref().and_then(|sent| sent.os_version.clone()),
        index_platforms: plan.index_platforms.iter().map(ToString::to_string).collect(),
        attestations_stay: plan.attestations_stay,
    }
}

fn action(action: &engine::Action) -> PlannedAction {
    match action {
        engine::Action::Move => PlannedAction::Move,
        engine::Action::Overwrite => PlannedAction::Overwrite,
        engine::Action::AlreadyThere => PlannedAction::AlreadyThere,
        engine::Action::KeepExisting => PlannedAction::KeepExisting,
        engine::Action::Conflict { overwrite_allowed } => {
            PlannedAction::Conflict { overwrite_allowed: *overwrite_allowed }
        }
        engine::Action::Refused { error } => {
            PlannedAction::Refused { error: error.as_ref().into() }
        }
    }
}
