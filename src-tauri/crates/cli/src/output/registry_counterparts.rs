//! Hints of `plan` for images of the Docker Engine that their registry has in full: which options copy
//! them from there instead.

use std::collections::BTreeMap;

use transload_api::Api;
use transload_contract::{
    EngineOutcome, ImageSource, MigrationPlan, PlannedAction, PlannedImage, RegistryCounterpart,
};

use crate::output::{counted, line};

/// Prints a hint for each image that the Docker Engine can't push, or can push only in part. Asks the
/// registries; one that doesn't answer gives no hint.
pub async fn print(api: &Api, plan: &MigrationPlan) {
    let mut tags: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for image in plan.images.iter().filter(|image| may_have_more(image)) {
        tags.entry(&image.selected.repository).or_default().push(image.selected.tag.clone());
    }
    for (repository, tags) in tags {
        let Ok(found) = api.registry_counterparts(repository.to_owned(), tags).await else {
            continue;
        };
        for text in found.iter().filter_map(hint) {
            line(&text);
        }
    }
}

fn may_have_more(image: &PlannedImage) -> bool {
    match &image.action {
        PlannedAction::Refused { .. } => true,
        PlannedAction::Move | PlannedAction::Overwrite => {
            let outcome = image.engine.as_ref().map(|engine| engine.outcome);
            !matches!(outcome, None | Some(EngineOutcome::Whole | EngineOutcome::Mounted))
        }
        _ => false,
    }
}

/// Returns the hint for one image. Returns `None` if `--from` has no such source, or the registry has a
/// different image under the tag now.
fn hint(counterpart: &RegistryCounterpart) -> Option<String> {
    let from = match &counterpart.source {
        ImageSource::DockerHub { namespace } => format!("docker-hub:{namespace}"),
        ImageSource::Registry { host, .. } => format!("registry:{host}"),
        ImageSource::PracticeAccount { namespace: Some(namespace) } => {
            format!("practice:{namespace}")
        }
        _ => return None,
    };
    let RegistryCounterpart { registry, repository, tag, platforms, moved, .. } = counterpart;
    if *moved {
        return None;
    }
    let has = match u32::try_from(platforms.len()).ok()? {
        0 => "the same image with its layers".to_owned(),
        1 => "1 platform with the same digest".to_owned(),
        count => format!("all {} with the same digest", counted(count, "platform", "platforms")),
    };
    Some(format!(
        "hint     {registry}/{repository}:{tag}  {registry} has {has}: --from {from} {repository}:{tag}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_names_what_the_registry_has_and_how_to_copy_it() {
        let counterpart = RegistryCounterpart {
            tag: "17".to_owned(),
            registry: "docker.io".to_owned(),
            source: ImageSource::DockerHub { namespace: "library".to_owned() },
            repository: "library/postgres".to_owned(),
            platforms: vec!["linux/amd64".to_owned(), "linux/arm64".to_owned()],
            held_platforms: Vec::new(),
            moved: false,
            layers_missing: false,
        };
        assert_eq!(
            hint(&counterpart).unwrap(),
            "hint     docker.io/library/postgres:17  docker.io has all 2 platforms with the same \
             digest: --from docker-hub:library library/postgres:17"
        );
        let single =
            RegistryCounterpart { platforms: Vec::new(), layers_missing: true, ..counterpart };
        assert!(hint(&single).unwrap().contains("has the same image with its layers: --from"));
        let host = "quay.io".to_owned();
        let source = ImageSource::Registry { host, plain_http: false };
        let other = RegistryCounterpart { source, ..single };
        assert!(hint(&other).unwrap().contains("--from registry:quay.io library/postgres:17"));
        assert_eq!(hint(&RegistryCounterpart { moved: true, ..other.clone() }), None);
        let source = ImageSource::PracticeAccount { namespace: None };
        assert_eq!(hint(&RegistryCounterpart { source, ..other }), None);
    }
}
