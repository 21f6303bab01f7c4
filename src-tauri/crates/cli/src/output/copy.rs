//! Events of `copy`.

use std::collections::HashMap;
use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};

use indicatif::{DecimalBytes, ProgressBar};
use transload_contract::{ImageResult, ImageState, JobEvent, JobEventKind, MigrationReport};

use crate::output;
use crate::output::{line, message_with_code, warning};

type Reporter = Box<dyn Fn(&JobEvent) + Send + Sync>;

/// What the events so far say of the images.
#[derive(Default)]
struct Images {
    destinations: Vec<String>,
    /// The digests at the destination, by the number of the image.
    digests: HashMap<u32, String>,
}

/// Returns what prints the events: as JSON, with a progress bar on a terminal, or as plain lines.
pub fn reporter(json: bool) -> Reporter {
    if json {
        return Box::new(output::json);
    }
    let bar = std::io::stderr().is_terminal().then(output::image_bar);
    let images: Mutex<Images> = Mutex::default();
    Box::new(move |event| {
        let mut images = images.lock().unwrap_or_else(PoisonError::into_inner);
        print(event, bar.as_ref(), &mut images);
    })
}

fn print(event: &JobEvent, bar: Option<&ProgressBar>, images: &mut Images) {
    let above_bar = |print: &dyn Fn()| match bar {
        Some(bar) => bar.suspend(print),
        None => print(),
    };
    match &event.kind {
        JobEventKind::Started { images: all, .. } => {
            images.destinations = all.iter().map(|image| image.destination.clone()).collect();
            if let Some(bar) = bar {
                bar.set_length(all.len() as u64);
            }
        }
        JobEventKind::Progress { progress } => {
            if let Some(bar) = bar {
                bar.set_position(progress.images_finished.into());
                bar.set_message(format!("{} sent", DecimalBytes(progress.sent_bytes)));
            }
        }
        JobEventKind::ImageState { image, state: ImageState::Pushed { digest } } => {
            images.digests.insert(*image, digest.clone());
        }
        JobEventKind::ImageState { image, state } => {
            let digest = images.digests.get(image).map_or("", String::as_str);
            let destination = images.destinations.get(*image as usize).map_or("", String::as_str);
            if let Some(text) = image_line(destination, digest, state) {
                above_bar(&|| line(&text));
            }
        }
        JobEventKind::Warning { message } => above_bar(&|| warning(message)),
        JobEventKind::Finished { report } => {
            if let Some(bar) = bar {
                bar.finish_and_clear();
            }
            for image in &report.images {
                for referrer in &image.left_behind {
                    let (name, error) = (&referrer.name, message_with_code(&referrer.error));
                    line(&format!("{}: referrer not copied: {name}: {error}", image.destination));
                }
            }
            line(&summary_line(report));
        }
        _ => {}
    }
}

/// Returns the line of an image with a final state.
fn image_line(destination: &str, digest: &str, state: &ImageState) -> Option<String> {
    Some(match state {
        ImageState::Done => format!("copied   {destination}  {digest}"),
        ImageState::Unchanged => format!("skipped  {destination}  {digest}  already exists"),
        ImageState::Failed { error } => {
            format!("FAILED   {destination}  {}", message_with_code(error))
        }
        ImageState::Cancelled => format!("canceled {destination}"),
        ImageState::Waiting
        | ImageState::Tagged
        | ImageState::Pushing
        | ImageState::Pushed { .. }
        | ImageState::Verifying => return None,
    })
}

fn summary_line(report: &MigrationReport) -> String {
    let count = |is_one: fn(&ImageResult) -> bool| {
        report.images.iter().filter(|image| is_one(&image.result)).count()
    };
    let mut parts = vec![
        format!("{} copied", count(|result| matches!(result, ImageResult::Moved))),
        format!("{} already up to date", count(|result| matches!(result, ImageResult::Unchanged))),
    ];
    let left_behind = report.images.iter().map(|image| image.left_behind.len()).sum();
    let referrers = if left_behind == 1 { "referrer" } else { "referrers" };
    for (count, what) in [
        (count(|result| matches!(result, ImageResult::Failed { .. })), "failed".to_owned()),
        (count(|result| matches!(result, ImageResult::Cancelled)), "canceled".to_owned()),
        (left_behind, format!("{referrers} not copied")),
    ] {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    format!("{}; {} sent", parts.join(", "), DecimalBytes(report.sent_bytes.unwrap_or_default()))
}
