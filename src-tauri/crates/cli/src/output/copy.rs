//! Events of `copy`.

use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};

use indicatif::{DecimalBytes, ProgressBar};
use transload_contract::{CopyEvent, CopyEventKind, CopyOutcome, CopyPair, CopySummary};

use crate::output;
use crate::output::{line, message_with_code, warning};

type Reporter = Box<dyn Fn(&CopyEvent) + Send + Sync>;

/// Returns what prints the events: as JSON, with a progress bar on a terminal, or as plain lines.
pub fn reporter(json: bool) -> Reporter {
    if json {
        return Box::new(output::json);
    }
    let bar = std::io::stderr().is_terminal().then(output::image_bar);
    let images: Mutex<Vec<CopyPair>> = Mutex::default();
    Box::new(move |event| {
        let mut images = images.lock().unwrap_or_else(PoisonError::into_inner);
        print(event, bar.as_ref(), &mut images);
    })
}

fn print(event: &CopyEvent, bar: Option<&ProgressBar>, images: &mut Vec<CopyPair>) {
    match &event.kind {
        CopyEventKind::Started { images: all } => {
            images.clone_from(all);
            if let Some(bar) = bar {
                bar.set_length(all.len() as u64);
            }
        }
        CopyEventKind::Progress { sent_bytes } => {
            if let Some(bar) = bar {
                bar.set_message(format!("{} sent", DecimalBytes(*sent_bytes)));
            }
        }
        CopyEventKind::ImageFinished { image, outcome } => {
            let text = images.get(*image).map(|pair| outcome_line(pair, outcome));
            let text = text.unwrap_or_default();
            match bar {
                Some(bar) => {
                    bar.inc(1);
                    bar.suspend(|| line(&text));
                }
                None => line(&text),
            }
        }
        CopyEventKind::Warning { message } => match bar {
            Some(bar) => bar.suspend(|| warning(message)),
            None => warning(message),
        },
        CopyEventKind::Finished(summary) => {
            if let Some(bar) = bar {
                bar.finish_and_clear();
            }
            line(&summary_line(summary));
        }
    }
}

fn outcome_line(pair: &CopyPair, outcome: &CopyOutcome) -> String {
    let destination = &pair.destination;
    match outcome {
        CopyOutcome::Copied { digest, left_behind, .. } => {
            let mut text = format!("copied   {destination}  {digest}");
            for referrer in left_behind {
                let error = message_with_code(&referrer.error);
                text += &format!("\n  referrer not copied: {}: {error}", referrer.name);
            }
            text
        }
        CopyOutcome::AlreadyThere { digest } => {
            format!("skipped  {destination}  {digest}  already exists")
        }
        CopyOutcome::Failed { error } => {
            format!("FAILED   {destination}  {}", message_with_code(error))
        }
        CopyOutcome::Cancelled => format!("cancelled {destination}"),
    }
}

fn summary_line(summary: &CopySummary) -> String {
    let mut parts = vec![
        format!("{} copied", summary.copied),
        format!("{} already up to date", summary.already_there),
    ];
    let referrers = if summary.left_behind == 1 { "referrer" } else { "referrers" };
    for (count, what) in [
        (summary.failed, "failed".to_owned()),
        (summary.cancelled, "cancelled".to_owned()),
        (summary.left_behind, format!("{referrers} not copied")),
    ] {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    format!("{}; {} sent", parts.join(", "), DecimalBytes(summary.sent_bytes))
}
