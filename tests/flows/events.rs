//! The events of a small migration, in order, and what a window receives that connects later.

use std::time::Duration;

use anyhow::Result;
use regex::Regex;
use serde_json::Value;
use transload_contract::{
    ImageState, JobEvent, JobEventKind, JobSnapshot, JobStatus, LayerState, MigrationOutcome,
};
use transload_tests::computer::{Computer, api_error, registry_source, request};
use transload_tests::ecr::Ecr;
use transload_tests::faults::{Fault, FaultProxy, Rule};
use transload_tests::images::{Image, Recipe, Target};
use transload_tests::labs::RegistryLab;
use transload_tests::wait::wait_until;

const LIMIT: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_small_migration_tells_what_it_does_in_order() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let registry = RegistryLab::start().await?;
    let image = Recipe::small(71).layers([2_000, 9_000]).build()?;
    Target::new(&registry.url(), "dencold/pgcli")?.push(&image, "4.1").await?;
    let computer = Computer::new(ecr.home()?, None)?;
    let source = registry_source(&registry.host());
    let images = [("dencold/pgcli", "4.1", "tools/pgcli")];
    let migrated = computer.migrate(request(&ecr.connection(), &source, &images)).await?;
    assert_eq!(migrated.report.outcome, MigrationOutcome::Succeeded);

    // How often bytes are counted depends on the machine; every layer ends, though.
    let told = migrated.events.iter().filter(|event| !is_progress(event));
    let told = in_order_of_layers(told.map(|event| event.kind.clone()).collect(), &image);
    let names = Names::new(&image, &registry.host(), &ecr.registry_host())?;
    let lines: Vec<String> = told
        .iter()
        .map(|kind| Ok(names.put_into(serde_json::to_value(kind)?).to_string()))
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

/// Layers travel side by side, so what they tell is sorted by layer; for one layer it keeps its
/// order, and nothing of it moves before or behind an event of another kind.
fn in_order_of_layers(mut told: Vec<JobEventKind>, image: &Image) -> Vec<JobEventKind> {
    let place = |kind: &JobEventKind| match kind {
        JobEventKind::LayerState { layer, .. } => {
            image.blobs().position(|(digest, _)| digest == layer)
        }
        _ => None,
    };
    for run in told.chunk_by_mut(|a, b| place(a).is_some() && place(b).is_some()) {
        run.sort_by_key(place);
    }
    told
}

/// What is another value on every run, or says nothing to a reader, and the name that stands for it.
struct Names(Vec<(Regex, String)>);

impl Names {
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

    fn put_into(&self, value: Value) -> Value {
        match value {
            Value::String(text) => {
                let named = self.0.iter().fold(text, |text, (pattern, name)| {
                    pattern.replace_all(&text, name.as_str()).into_owned()
                });
                Value::String(named)
            }
            Value::Array(values) => values.into_iter().map(|value| self.put_into(value)).collect(),
            Value::Object(fields) => fields
                .into_iter()
                .map(|(field, value)| {
                    let is_time = field.ends_with("_at_ms") || field == "elapsed_ms";
                    let value = match value {
                        Value::Number(_) if is_time => Value::String("[time]".to_owned()),
                        value => self.put_into(value),
                    };
                    (field, value)
                })
                .collect(),
            value => value,
        }
    }
}

/// A window that comes late asks for a snapshot and the events behind it: together they are what a
/// window has that was there from the beginning.
#[tokio::test]
async fn who_comes_late_gets_a_snapshot_and_the_rest() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let registry = RegistryLab::start().await?;
    let image = Recipe::small(72).layers([2_000, 900_000]).build()?;
    Target::new(&registry.url(), "app")?.push(&image, "1").await?;
    let layer = &image.layers[1].packed_digest;
    let held = Fault::HoldResponse { after_bytes: 300_000 };
    let rule = Rule::new("GET", &format!("/v2/app/blobs/{layer}"), held)?;
    let proxy = FaultProxy::start(&registry.url(), [rule]).await?;
    let computer = Computer::new(ecr.home()?, None)?;
    let source = registry_source(&proxy.host());
    let plan = computer.plan(request(&ecr.connection(), &source, &[("app", "1", "app")])).await?;
    let job = computer.api.migration_start(plan.plan.clone()).await.map_err(api_error)?;
    let snapshot = wait_until(LIMIT, "the layer to be under way", async || {
        let snapshot = computer.api.job_snapshot(job.clone()).await.ok()?;
        (snapshot.progress.sent_bytes > 200_000).then_some(snapshot)
    })
    .await?;
    assert_eq!(snapshot.status, JobStatus::Running);
    assert!(snapshot.next_seq > 0 && snapshot.report.is_none());
    let mut late =
        computer.api.job_follow(job.clone(), snapshot.next_seq).await.map_err(api_error)?;
    proxy.release();
    let migrated = computer.follow(job.clone(), plan).await?;
    assert_eq!(migrated.report.outcome, MigrationOutcome::Succeeded, "{:#?}", migrated.report);

    let mut rest = Vec::new();
    while let Some(event) = late.recv().await {
        rest.push(event);
    }
    let missed = usize::try_from(snapshot.next_seq)?;
    assert_eq!(rest, migrated.events[missed..]);
    let end = computer.api.job_snapshot(job.clone()).await.map_err(api_error)?;
    assert_eq!(end.status, JobStatus::Finished);
    assert_eq!(end.report.as_ref(), Some(&migrated.report));
    assert_eq!(end.next_seq, migrated.events.len() as u64);
    let mut caught_up = snapshot;
    for event in &rest {
        assert_eq!(event.seq, caught_up.next_seq);
        caught_up.apply(event);
    }
    assert_eq!(caught_up, JobSnapshot { elapsed_ms: caught_up.elapsed_ms, ..end });

    // After the end every part of the events can still be had.
    for from in [0, 1, missed, migrated.events.len() - 1, migrated.events.len()] {
        let mut again =
            computer.api.job_follow(job.clone(), from as u64).await.map_err(api_error)?;
        let mut events = Vec::new();
        while let Some(event) = again.recv().await {
            events.push(event);
        }
        assert_eq!(events, migrated.events[from..]);
    }
    Ok(())
}

#[tokio::test]
async fn a_migration_where_everything_is_there_ends_like_every_other() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let registry = RegistryLab::start().await?;
    Target::new(&registry.url(), "app")?.push(&Recipe::small(73).build()?, "1").await?;
    let computer = Computer::new(ecr.home()?, None)?;
    let source = registry_source(&registry.host());
    let wanted = request(&ecr.connection(), &source, &[("app", "1", "app")]);
    computer.migrate(wanted.clone()).await?;
    let again = computer.migrate(wanted).await?;
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
