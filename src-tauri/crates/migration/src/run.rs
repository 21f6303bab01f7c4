//! Runs a plan step by step and returns the report. The api starts it as a job, for the
//! window and for the command line.

mod context;
mod create_repositories;
mod engine_push;
mod journal_writes;
mod lifecycle_policies;
mod log_in;
mod open_writes;
mod push;
mod push_queue;
mod quota;
pub(crate) mod record;
mod tag;
mod tag_check;
pub(crate) mod tag_guard;
mod verify;

use std::sync::Arc;

use crate::control::Control;
use crate::endpoints::{Destination, Source};
use crate::events::{EventSink, MigrationEvent};
use crate::journal::log::JournalLog;
use crate::plan::Plan;
use crate::proof::PlatformProof;
use crate::report::{ImageReport, Report};
use crate::run::context::{Run, RunEffects};
use crate::run::log_in::log_in;
use crate::run::open_writes::find_open_writes;
use crate::run::push::push;
use crate::run::record::ImageRecords;
use crate::run::tag::{remove_temporary_tags, tag};
use crate::run::verify::verify;
use crate::step::Step;
use transload_model::RepositoryName;

/// Runs a plan.
///
/// A failed image is recorded and doesn't stop the others. A cancel is an outcome: unfinished
/// images are reported as cancelled, and temporary tags are removed as after a success.
///
/// With a `journal`, every commit point is written to it, and work that an earlier run of the same
/// migration finished is not repeated.
pub async fn run(
    plan: &Plan,
    source: &Source,
    destination: &Destination,
    control: &Control,
    events: &Arc<dyn EventSink>,
    journal: Option<&JournalLog>,
) -> Report {
    let run = Run { plan, source, destination, control, events, journal };
    let records = ImageRecords::of(plan, journal.map(JournalLog::earlier).unwrap_or_default());
    let mut effects = RunEffects::default();
    run.finish_unchanged(&records);
    // The create step runs concurrently with the push step, which emits its events.
    let steps: &[Step] = match run.refuse_other_destination(&records) {
        true => &[],
        false => &[Step::LogIn, Step::Tag, Step::Push, Step::Verify],
    };
    for &step in steps {
        control.until_cancelled(control.wait_while_paused()).await;
        if control.is_cancelled() {
            break;
        }
        run.emit(MigrationEvent::StepStarted { step });
        let counts = match step {
            Step::LogIn => log_in(&run, &records).await,
            Step::Tag => tag(&run, &records, &mut effects).await,
            Step::Create | Step::Push => push(&run, &records, &mut effects).await,
            Step::Verify => verify(&run, &records).await,
        };
        let (succeeded, failed) = (counts.succeeded, counts.failed);
        run.emit(MigrationEvent::StepFinished { step, succeeded, failed });
    }
    if control.is_cancelled() {
        find_open_writes(&run, &records).await;
    }
    run.cancel_unfinished(&records);
    let temporary_tags_left = remove_temporary_tags(&run, effects.temporary_tags).await;
    let images = records.into_reports();
    let repositories_created = created(plan, effects.repositories_created);
    let report = Report {
        repositories_empty: without_images(&repositories_created, &images),
        repositories_created,
        images,
        temporary_tags_left,
        policies_not_set: effects.policies_not_set,
        cancelled: control.is_cancelled(),
    };
    if let Some(journal) = journal {
        journal.end(&report);
    }
    report
}

/// Returns the repositories that the migration created, in earlier runs and in this one.
fn created(plan: &Plan, now: Vec<RepositoryName>) -> Vec<RepositoryName> {
    let earlier = plan.repositories.iter().filter(|repository| repository.is_own);
    let mut created: Vec<_> = earlier.map(|repository| repository.name.clone()).collect();
    for name in now {
        // A repository that was deleted in between was created twice.
        if !created.contains(&name) {
            created.push(name);
        }
    }
    created
}

/// Returns the created repositories that no image was pushed to.
fn without_images(created: &[RepositoryName], images: &[ImageReport]) -> Vec<RepositoryName> {
    let is_used = |name: &&RepositoryName| {
        images.iter().any(|image| image.planned.repository == **name && image.is_in_ecr())
    };
    created.iter().filter(|name| !is_used(name)).cloned().collect()
}

/// Verifies again what the registry and ECR have for images that were copied some time ago, against
/// the recorded digests. `platforms` holds those of each image of the plan, in its order.
pub async fn verify_again(
    plan: &Plan,
    platforms: &[Vec<PlatformProof>],
    source: &Source,
    destination: &Destination,
    control: &Control,
    events: &Arc<dyn EventSink>,
) -> Report {
    let run = Run { plan, source, destination, control, events, journal: None };
    let records = ImageRecords::of(plan, &[]);
    for (record, platforms) in records.iter().zip(platforms) {
        record.record_platforms(platforms.clone());
    }
    run.finish_unchanged(&records);
    if !run.refuse_other_destination(&records) {
        verify(&run, &records).await;
    }
    run.cancel_unfinished(&records);
    Report {
        repositories_created: Vec::new(),
        repositories_empty: Vec::new(),
        images: records.into_reports(),
        temporary_tags_left: Vec::new(),
        policies_not_set: Vec::new(),
        cancelled: control.is_cancelled(),
    }
}
