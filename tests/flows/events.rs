//! The events of a small migration, in order, and what a window receives that connects later.

use std::time::Duration;

use anyhow::Result;
use regex::Regex;
use serde_json::Value;
use transload_contract::{
    ImageState, JobEvent, JobEventKind, JobSnapshot, JobStatus, LayerState, ListedJob,
    MigrationOutcome,
};
use transload_tests::ecr::Ecr;
use transload_tests::faults::{Fault, FaultProxy, Rule};
use transload_tests::headless_app::{HeadlessApp, api_error, registry_source, request};
use transload_tests::images::{Image, Recipe, TestRepository};
use transload_tests::servers::TestRegistry;
use transload_tests::wait::wait_until;

const LIMIT: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_small_migration_emits_its_events_in_order() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let registry = TestRegistry::start().await?;
    let image = Recipe::small(71).layers([2_000, 9_000]).build()?;
    TestRepository::new(&registry.url(), "dencold/pgcli")?.push(&image, "4.1").await?;
    let app = HeadlessApp::new(ecr.home()?, None)?;
    let source = registry_source(&registry.host());
    let images = [("dencold/pgcli", "4.1", "tools/pgcli")];
    let migrated = app.migrate(request(&ecr.connection(), &source, &images)).await?;
    assert_eq!(migrated.report.outcome, MigrationOutcome::Succeeded);

    // The number of progress events depends on the machine, but every layer finishes.
    let events = migrated.events.iter().filter(|event| !is_progress(event));
    let events = in_order_of_layers(events.map(|event| event.kind.clone()).collect(), &image);
    let placeholders = Placeholders::new(&image, &registry.host(), &ecr.registry_host())?;
    let lines: Vec<String> = events
        .iter()
        .map(|kind| Ok(placeholders.replace_in(serde_json::to_value(kind)?).to_string()))
        .collect::<Result<_>>()?;
    insta::assert_snapshot!(lines.join("\n"));
    Ok(())
}

fn is_progress(event: &JobEvent) -> bool {
    matches!(
        event.kind,
        JobEventKind::Progress { .. }
            | JobEventKind::LayerState { state: LayerState::Sending { .. }, .. }
    )
}

/// Layers are copied concurrently, so their events are sorted by layer. The order within a layer is kept, and
/// no event moves past an event of another kind.
fn in_order_of_layers(mut events: Vec<JobEventKind>, image: &Image) -> Vec<JobEventKind> {
    let place = |kind: &JobEventKind| match kind {
        JobEventKind::LayerState { layer, .. } => {
            image.blobs().position(|(digest, _)| digest == layer)
        }
        _ => None,
    };
    for run in events.chunk_by_mut(|a, b| place(a).is_some() && place(b).is_some()) {
        run.sort_by_key(place);
    }
    events
}

/// Placeholders for values that differ in every run or are irrelevant to the reader.
struct Placeholders(Vec<(Regex, String)>);

impl Placeholders {
    fn new(image: &Image, source: &str, destination: &str) -> Result<Self> {
        let mut names = vec![
            (Regex::new(&regex::escape(source))?, "[source]".to_owned()),
            (Regex::new(&regex::escape(destination))?, "[ecr]".to_owned()),
            (Regex::new(&image.manifest.digest)?, "[manifest]".to_owned()),
            (Regex::new("^migration-[0-9-]+$")?, "[job]".to_owned()),
        ];
        for (number, (digest, _)) in image.blobs().enumerate() {
            let name =
                if number == 0 { "[config]".to_owned() } else { format!("[layer {number}]") };
            names.push((Regex::new(digest)?, name));
        }
        Ok(Self(names))
    }

    fn replace_in(&self, value: Value) -> Value {
        match value {
            Value::String(text) => {
                let named = self.0.iter().fold(text, |text, (pattern, name)| {
                    pattern.replace_all(&text, name.as_str()).into_owned()
                });
                Value::String(named)
            }
            Value::Array(values) => {
                values.into_iter().map(|value| self.replace_in(value)).collect()
            }
            Value::Object(fields) => fields
                .into_iter()
                .map(|(field, value)| {
                    let is_time = field.ends_with("_at_ms") || field == "elapsed_ms";
                    let value = match value {
                        Value::Number(_) if is_time => Value::String("[time]".to_owned()),
                        value => self.replace_in(value),
                    };
                    (field, value)
                })
                .collect(),
            value => value,
        }
    }
}

/// A window that opens late requests a snapshot and the events after it. Together they equal what a window
/// has that was open from the beginning.
#[tokio::test]
async fn a_late_subscriber_gets_a_snapshot_and_the_remaining_events() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let registry = TestRegistry::start().await?;
    let image = Recipe::small(72).layers([2_000, 900_000]).build()?;
    TestRepository::new(&registry.url(), "app")?.push(&image, "1").await?;
    let layer = &image.layers[1].compressed_digest;
    let hold = Fault::HoldResponse { after_bytes: 300_000 };
    let rule = Rule::new("GET", &format!("/v2/app/blobs/{layer}"), hold)?;
    let proxy = FaultProxy::start(&registry.url(), [rule]).await?;
    let app = HeadlessApp::new(ecr.home()?, None)?;
    let source = registry_source(&proxy.host());
    let plan = app.plan(request(&ecr.connection(), &source, &[("app", "1", "app")])).await?;
    let job = app.api.migration_start(plan.plan.clone()).await.map_err(api_error)?;
    let snapshot = wait_until(LIMIT, "the layer to be in progress", async || {
        let snapshot = app.api.job_snapshot(job.clone()).await.ok()?;
        (snapshot.progress.sent_bytes > 200_000).then_some(snapshot)
    })
    .await?;
    assert_eq!(snapshot.status, JobStatus::Running);
    assert!(snapshot.next_seq > 0 && snapshot.report.is_none());
    let mut late = app.api.job_follow(job.clone(), snapshot.next_seq).await.map_err(api_error)?;
    proxy.release();
    let migrated = app.follow(job.clone(), plan).await?;
    assert_eq!(migrated.report.outcome, MigrationOutcome::Succeeded, "{:#?}", migrated.report);

    let mut rest = Vec::new();
    while let Some(event) = late.recv().await {
        rest.push(event);
    }
    let missed = usize::try_from(snapshot.next_seq)?;
    assert_eq!(rest, migrated.events[missed..]);
    let end = app.api.job_snapshot(job.clone()).await.map_err(api_error)?;
    assert_eq!(end.status, JobStatus::Finished);
    assert_eq!(end.report.as_deref(), Some(&migrated.report));
    let listed = ListedJob {
        job: job.clone(),
        status: end.status,
        progress: end.progress.clone(),
        source: end.source.clone(),
        summary: Some(migrated.report.summary.clone()),
    };
    assert_eq!(app.api.jobs_list().await.map_err(api_error)?, [listed]);
    assert_eq!(end.next_seq, migrated.events.len() as u64);
    let mut caught_up = snapshot;
    for event in &rest {
        assert_eq!(event.seq, caught_up.next_seq);
        caught_up.apply(event);
    }
    assert_eq!(caught_up, JobSnapshot { elapsed_ms: caught_up.elapsed_ms, ..end });

    // After the end, the events are available from any position.
    for from in [0, 1, missed, migrated.events.len() - 1, migrated.events.len()] {
        let mut again = app.api.job_follow(job.clone(), from as u64).await.map_err(api_error)?;
        let mut events = Vec::new();
        while let Some(event) = again.recv().await {
            events.push(event);
        }
        assert_eq!(events, migrated.events[from..]);
    }
    Ok(())
}

#[tokio::test]
async fn a_migration_without_changes_finishes_like_any_other() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let registry = TestRegistry::start().await?;
    TestRepository::new(&registry.url(), "app")?.push(&Recipe::small(73).build()?, "1").await?;
    let app = HeadlessApp::new(ecr.home()?, None)?;
    let source = registry_source(&registry.host());
    let migration_request = request(&ecr.connection(), &source, &[("app", "1", "app")]);
    app.migrate(migration_request.clone()).await?;
    let again = app.migrate(migration_request).await?;
    let states: Vec<_> = again
        .events
        .iter()
        .filter_map(|event| match &event.kind {
            JobEventKind::ImageState { state, .. } => Some(state.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(states, [ImageState::Verifying, ImageState::Unchanged]);
    Ok(())
}
