//! Events of a running migration.

use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};

use indicatif::{DecimalBytes, ProgressBar};
use transload_contract::{JobEvent, JobEventKind};

use crate::output;
use crate::output::{message_with_code, note, report};

type Reporter = Box<dyn Fn(&JobEvent) + Send + Sync>;

/// Returns what prints the events: as JSON, with a progress bar on a terminal, or as plain lines.
pub fn reporter(json: bool) -> Reporter {
    if json {
        return Box::new(output::json);
    }
    let bar = std::io::stderr().is_terminal().then(output::image_bar);
    let waits_for_quota = Mutex::new(false);
    Box::new(move |event| {
        let mut waits_for_quota = waits_for_quota.lock().unwrap_or_else(PoisonError::into_inner);
        print(event, bar.as_ref(), &mut waits_for_quota);
    })
}

/// Prints an event. The quota is reported once until it is renewed, however often it is checked.
fn print(event: &JobEvent, bar: Option<&ProgressBar>, waits_for_quota: &mut bool) {
    match &event.kind {
        JobEventKind::Started { images, .. } => {
            note(&format!("migration {}", event.job));
            if let Some(bar) = bar {
                bar.set_length(images.len() as u64);
            }
        }
        JobEventKind::Progress { progress } => {
            if let Some(bar) = bar {
                bar.set_position(progress.images_finished.into());
                bar.set_message(format!("{} sent", DecimalBytes(progress.sent_bytes)));
            }
        }
        JobEventKind::QuotaUsedUp { .. } if !*waits_for_quota => {
            *waits_for_quota = true;
            note("Docker Hub pull quota used up. Waiting; the migration resumes automatically.");
        }
        JobEventKind::QuotaRenewed => {
            *waits_for_quota = false;
            note("Docker Hub pull quota renewed. Resuming.");
        }
        JobEventKind::SignInNeeded { error } => note(&message_with_code(error)),
        JobEventKind::SignedIn => note("Signed in. Resuming."),
        JobEventKind::JournalState { error: Some(error) } => note(&message_with_code(error)),
        JobEventKind::Finished { report: finished } => {
            if let Some(bar) = bar {
                bar.finish_and_clear();
            }
            report::print(finished);
        }
        _ => {}
    }
}
