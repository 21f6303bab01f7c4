//! A plan in parts, so that several machines run it side by side.

use std::collections::{BTreeMap, BTreeSet};

use crate::contract::{ApiError, ErrorCode, PlanFile, PlannedImage, Shard};

/// Leaves only one part of a plan in it. All parts together are the plan, none twice; every caller
/// with the same plan and numbers gets the same.
pub(crate) fn keep_part(file: &mut PlanFile, shard: Shard) -> Result<(), ApiError> {
    if shard.part == 0 || shard.part > shard.parts {
        let message = format!(
            "There is no part {} of {}: parts are counted from 1.",
            shard.part, shard.parts
        );
        return Err(ApiError::new(ErrorCode::InputInvalid, message));
    }
    let repositories = repositories_of(file, shard);
    file.plan.images.retain(|image| repositories.contains(&image.repository));
    file.plan.repositories.retain(|repository| repositories.contains(&repository.name));
    Ok(())
}

/// The repositories of one part: groups that share layers go, largest first, each to the part that
/// has least so far. A group that is more than a fair part is given out repository by repository.
fn repositories_of(file: &PlanFile, shard: Shard) -> BTreeSet<String> {
    let mut bytes: BTreeMap<&str, u64> = BTreeMap::new();
    for image in &file.plan.images {
        *bytes.entry(&image.repository).or_default() += weight(image);
    }
    let fair = bytes.values().sum::<u64>().div_ceil(u64::from(shard.parts)).max(1);
    let mut groups: BTreeMap<(u32, &str), Vec<&str>> = BTreeMap::new();
    for name in bytes.keys() {
        let key = match file.layer_groups.get(*name) {
            Some(group) => (*group, ""),
            // One that is in no group shares nothing.
            None => (u32::MAX, *name),
        };
        groups.entry(key).or_default().push(name);
    }
    let size = |names: &[&str]| names.iter().map(|name| bytes[name]).sum::<u64>();
    let mut pieces: Vec<Vec<&str>> = Vec::new();
    for names in groups.into_values() {
        if size(&names) > fair {
            pieces.extend(names.into_iter().map(|name| vec![name]));
        } else {
            pieces.push(names);
        }
    }
    pieces.sort_by_key(|names| (std::cmp::Reverse(size(names)), names[0].to_owned()));
    let mut loads = vec![0; usize::try_from(shard.parts).unwrap_or(usize::MAX)];
    let mut mine = BTreeSet::new();
    for names in pieces {
        let Some(lightest) = (0..loads.len()).min_by_key(|part| loads[*part]) else { break };
        loads[lightest] += size(&names);
        if u32::try_from(lightest).is_ok_and(|part| part + 1 == shard.part) {
            mine.extend(names.into_iter().map(str::to_owned));
        }
    }
    mine
}

/// What an image counts: its bytes, and something for its requests.
fn weight(image: &PlannedImage) -> u64 {
    const OF_ANY_IMAGE: u64 = 1_000_000;
    image.size_bytes + OF_ANY_IMAGE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{
        AwsConnection, AwsIdentity, CopyExtent, DestinationIdentity, Encryption, ImageSource,
        LifecyclePreset, MigrationPlan, MigrationRequest, PLAN_FILE_VERSION, PlanTotals,
        PlannedAction, RepositorySettings, Route, SelectedImage, TagMutability,
    };

    fn file(repositories: &[(&str, u64, Option<u32>)]) -> PlanFile {
        let image =
            |(number, (name, size_bytes, _)): (usize, &(&str, u64, Option<u32>))| PlannedImage {
                image: u32::try_from(number).unwrap(),
                selected: SelectedImage { repository: (*name).to_owned(), tag: "1".to_owned() },
                source: format!("docker.io/team/{name}:1"),
                destination: format!("registry/{name}:1"),
                repository: (*name).to_owned(),
                tag: "1".to_owned(),
                route: Route::RegistryToRegistry,
                action: PlannedAction::Move,
                source_digest: None,
                destination_digest: None,
                platforms: Vec::new(),
                size_bytes: *size_bytes,
                remarks: Vec::new(),
            };
        PlanFile {
            transload_plan: PLAN_FILE_VERSION,
            request: MigrationRequest {
                connection: AwsConnection::Practice,
                source: ImageSource::PracticeAccount { namespace: None },
                images: Vec::new(),
                repositories: Vec::new(),
                template: RepositorySettings {
                    tag_mutability: TagMutability::Mutable,
                    exclusion_filters: Vec::new(),
                    scan_on_push: false,
                    encryption: Encryption::Aes256,
                    tags: BTreeMap::new(),
                    lifecycle: LifecyclePreset::None,
                    policy: None,
                },
                choices: Vec::new(),
                remove_temporary_tags: true,
                extent: CopyExtent::default(),
                selection: None,
                naming: Default::default(),
            },
            plan: MigrationPlan {
                plan: String::new(),
                identity: AwsIdentity {
                    account_id: "111122223333".to_owned(),
                    arn: String::new(),
                    region: "eu-west-1".to_owned(),
                    expires_at_ms: None,
                    practice: true,
                    partition: "aws".to_owned(),
                    endpoints: Default::default(),
                },
                destination: DestinationIdentity {
                    account_id: "111122223333".to_owned(),
                    partition: "aws".to_owned(),
                    region: "eu-west-1".to_owned(),
                    registry: "registry".to_owned(),
                    ecr_endpoint: None,
                    registry_endpoint: None,
                },
                registry: "registry".to_owned(),
                repositories: Vec::new(),
                images: repositories.iter().enumerate().map(image).collect(),
                totals: PlanTotals {
                    repositories_to_create: 0,
                    images_to_move: 0,
                    images_unchanged: 0,
                    conflicts: 0,
                    refused: 0,
                    unique_bytes: 0,
                    stored_bytes: 0,
                    there_bytes: 0,
                    mountable_bytes: 0,
                },
                pull_quota: None,
                expected: None,
                commands: Vec::new(),
                ready: true,
            },
            layer_groups: repositories
                .iter()
                .filter_map(|(name, _, group)| Some(((*name).to_owned(), (*group)?)))
                .collect(),
        }
    }

    fn parts(file: &PlanFile, parts: u32) -> Vec<Vec<String>> {
        let part = |part| {
            let mut kept = file.clone();
            keep_part(&mut kept, Shard { part, parts }).unwrap();
            kept.plan.images.into_iter().map(|image| image.repository).collect()
        };
        (1..=parts).map(part).collect()
    }

    #[test]
    fn parts_are_even_whole_and_keep_together_what_shares_layers() {
        let file = file(&[
            ("big", 900_000_000, None),
            ("one", 300_000_000, Some(1)),
            ("two", 300_000_000, Some(1)),
            ("three", 200_000_000, Some(1)),
            ("a", 100_000_000, None),
            ("b", 50_000_000, None),
        ]);
        let two = parts(&file, 2);
        assert_eq!(two, [vec!["big", "b"], vec!["one", "two", "three", "a"]]);
        for count in 1..8 {
            let mut all: Vec<_> = parts(&file, count).concat();
            all.sort();
            assert_eq!(all, ["a", "b", "big", "one", "three", "two"], "{count} parts");
        }
    }

    #[test]
    fn a_group_that_is_the_whole_plan_is_still_shared_out() {
        let file = file(&[("a", 10, Some(1)), ("b", 10, Some(1)), ("c", 10, Some(1))]);
        assert!(parts(&file, 3).iter().all(|part| part.len() == 1));
    }

    #[test]
    fn a_part_that_does_not_exist_is_refused() {
        for (part, parts) in [(0, 3), (4, 3), (1, 0)] {
            assert!(keep_part(&mut file(&[]), Shard { part, parts }).is_err());
        }
    }
}
