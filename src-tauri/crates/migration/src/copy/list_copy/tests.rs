//! Tests of list copies: shared layers, mounts, resumed copies and the order of events.

use std::sync::Arc;

use crate::control::Control;
use crate::copy::list_copy::{CopyOptions, CopyOutcome, CopyPair, copy_list};
use crate::endpoints::CopyEndpoints;
use crate::error::MigrationError;
use crate::events::EventSink;
use crate::testing::Recorder;
use crate::testing::ecr::FakeEcr;
use crate::testing::registry::FakeRegistry;
use transload_aws::EcrLayers;
use transload_model::{Digest, ImageReference};
use transload_registry::RegistryApi;

struct TestCopy {
    source: Arc<FakeRegistry>,
    destination: Arc<FakeRegistry>,
    /// Set if the destination is ECR.
    layers: Option<Arc<dyn EcrLayers>>,
    events: Arc<Recorder>,
}

impl TestCopy {
    fn new(mounts: bool) -> Self {
        let mut destination = FakeRegistry::new("to.example");
        destination.mounts = mounts;
        Self {
            source: Arc::new(FakeRegistry::new("from.example")),
            destination: Arc::new(destination),
            layers: None,
            events: Arc::default(),
        }
    }

    fn to_ecr(mounts: bool) -> Self {
        let copy = Self::new(mounts);
        let ecr = FakeEcr::new(Arc::clone(&copy.destination));
        Self { layers: Some(Arc::new(ecr)), ..copy }
    }

    /// Copies `from.example/NAME` to `to.example/NAME`.
    async fn run(&self, names: &[&str]) -> Vec<CopyOutcome> {
        let source: Arc<dyn RegistryApi> = Arc::clone(&self.source) as _;
        let destination: Arc<dyn RegistryApi> = Arc::clone(&self.destination) as _;
        let reference = |host: &str, name: &str| {
            ImageReference::parse(&format!("{host}.example/{name}")).unwrap()
        };
        let pairs: Vec<_> = names
            .iter()
            .map(|name| {
                let (from, to) = (reference("from", name), reference("to", name));
                let endpoints = CopyEndpoints {
                    source: Arc::clone(&source),
                    destination: Arc::clone(&destination),
                    layers: self.layers.clone(),
                };
                (CopyPair { source: from, destination: to }, endpoints)
            })
            .collect();
        let events: Arc<dyn EventSink> = Arc::clone(&self.events) as _;
        copy_list(&pairs, CopyOptions::default(), &Control::default(), &events).await
    }

    /// Returns the repositories to which a blob was uploaded.
    fn uploads_of(&self, content: &str) -> Vec<String> {
        let ending = format!("@{}", Digest::of(content.as_bytes()));
        let uploads = self.destination.uploads.lock().unwrap();
        let mut repositories: Vec<_> = uploads
            .iter()
            .filter_map(|upload| upload.strip_suffix(&ending))
            .map(str::to_owned)
            .collect();
        repositories.sort();
        repositories
    }
}

fn outcome_names(outcomes: &[CopyOutcome]) -> Vec<&'static str> {
    outcomes
        .iter()
        .map(|outcome| match outcome {
            CopyOutcome::Copied { .. } => "copied",
            CopyOutcome::AlreadyThere { .. } => "exists",
            CopyOutcome::Failed(_) => "failed",
            CopyOutcome::Cancelled => "cancelled",
        })
        .collect()
}

const NAMES: [&str; 6] = ["a:1", "a:2", "a:3", "b:1", "b:2", "c:1"];

fn fill(copy: &TestCopy) {
    for name in NAMES {
        let (path, tag) = name.split_once(':').unwrap();
        copy.source.image(path, Some(tag), &["shared", name]);
    }
}

#[tokio::test]
async fn a_shared_layer_is_sent_once_and_mounted_if_the_registry_mounts() {
    let copy = TestCopy::new(true);
    fill(&copy);
    assert_eq!(outcome_names(&copy.run(&NAMES).await), ["copied"; 6]);
    assert_eq!(copy.uploads_of("shared").len(), 1);
    assert_eq!(copy.uploads_of("b:2"), ["b"]);
    assert_eq!(copy.destination.digest("c", "1"), copy.source.digest("c", "1"));
}

#[tokio::test]
async fn an_image_that_several_indexes_list_is_stored_once() {
    for mounts in [true, false] {
        let copy = TestCopy::new(mounts);
        let child = copy.source.image("a", None, &["shared"]);
        let tags = ["1", "2", "3", "4"];
        for (number, tag) in tags.iter().enumerate() {
            let own = copy.source.image("a", None, &[tag]);
            let children = [&vec![own; number + 1][..], std::slice::from_ref(&child)].concat();
            copy.source.index("a", tag, &children);
        }
        let names = tags.map(|tag| format!("a:{tag}"));
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(outcome_names(&copy.run(&names).await), ["copied"; 4], "mounts: {mounts}");
        let stored = copy.destination.stored.lock().unwrap().clone();
        let times = stored.iter().filter(|reference| **reference == *child.as_str()).count();
        assert_eq!(times, 1, "mounts: {mounts}: {stored:?}");
    }
}

#[tokio::test]
async fn a_shared_layer_is_sent_once_per_repository_without_mounts() {
    let copy = TestCopy::new(false);
    fill(&copy);
    assert_eq!(outcome_names(&copy.run(&NAMES).await), ["copied"; 6]);
    assert_eq!(copy.uploads_of("shared"), ["a", "b", "c"]);
}

#[tokio::test]
async fn existing_content_is_not_sent_again() {
    for mounts in [true, false] {
        let copy = TestCopy::new(mounts);
        fill(&copy);
        // State after an interrupted copy: layers and some tags.
        copy.destination.image("a", Some("1"), &["shared", "a:1"]);
        copy.destination.image("b", None, &["shared", "b:1"]);
        let outcomes = copy.run(&NAMES).await;
        assert_eq!(
            outcome_names(&outcomes),
            ["exists", "copied", "copied", "copied", "copied", "copied"]
        );
        assert_eq!(copy.uploads_of("b:1"), [""; 0], "mounts: {mounts}");
        assert!(!copy.uploads_of("shared").contains(&"b".to_owned()), "mounts: {mounts}");
        assert_eq!(outcome_names(&copy.run(&NAMES).await), ["exists"; 6]);
    }
}

#[tokio::test]
async fn the_first_blob_of_a_run_is_not_sent_to_ecr_again() {
    for mounts in [true, false] {
        let copy = TestCopy::to_ecr(mounts);
        fill(&copy);
        // State after a copy that was interrupted before the manifest: all blobs exist, under
        // another name.
        let config = r#"config of ["shared", "b:1"]"#;
        copy.destination.image("b", None, &[config, "shared", "b:1"]);
        assert_eq!(outcome_names(&copy.run(&["b:1"]).await), ["copied"]);
        assert_eq!(*copy.destination.uploads.lock().unwrap(), [""; 0], "mounts: {mounts}");
    }
}

#[tokio::test]
async fn a_failure_does_not_stop_other_images_and_a_moved_tag_is_overwritten() {
    let copy = TestCopy::new(true);
    fill(&copy);
    copy.destination.image("b", Some("1"), &["older"]);
    let outcomes = copy.run(&["a:1", "a:none", "b:1"]).await;
    assert_eq!(outcome_names(&outcomes), ["copied", "failed", "copied"]);
    assert!(matches!(&outcomes[1], CopyOutcome::Failed(error)
        if matches!(**error, MigrationError::Registry(_))));
    assert_eq!(copy.destination.digest("b", "1"), copy.source.digest("b", "1"));
}

#[tokio::test]
async fn the_events_of_a_copy_are_in_order() {
    let copy = TestCopy::new(true);
    copy.source.image("a", Some("1"), &["layer"]);
    copy.run(&["a:1"]).await;
    copy.run(&["a:1"]).await;
    insta::assert_snapshot!(copy.events.lines().join("\n"));
}
