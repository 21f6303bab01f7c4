//! What a running migration says.

use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};

use indicatif::{DecimalBytes, HumanBytes, HumanDuration, ProgressBar};
use transload_api::contract::{
    AwsIdentity, EngineOutcome, HistoryEntry, ImageReport, ImageResult, ImageStanding, JobEvent,
    JobEventKind, MigrationPlan, MigrationReport, PlanTotals, PlannedAction, PlannedImage, Proof,
};

use crate::migrations;
use crate::show::{bar, line, note, words};
use crate::show_lifecycle;

type Reporter = Box<dyn Fn(&JobEvent) + Send + Sync>;

/// Takes the events: as JSON, with a bar on a terminal, or as plain lines.
pub fn reporter(json: bool) -> Reporter {
    if json {
        return Box::new(|event| {
            if let Ok(text) = serde_json::to_string(event) {
                line(&text);
            }
        });
    }
    let bar = std::io::stderr().is_terminal().then(bar);
    let waits = Mutex::new(false);
    Box::new(move |event| {
        let mut waits = waits.lock().unwrap_or_else(PoisonError::into_inner);
        tell(event, bar.as_ref(), &mut waits);
    })
}

fn tell(event: &JobEvent, bar: Option<&ProgressBar>, waits: &mut bool) {
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
                bar.set_message(format!("{} sent", HumanBytes(progress.sent_bytes)));
            }
        }
        JobEventKind::QuotaUsedUp { .. } if !*waits => {
            *waits = true;
            note("Docker Hub's pull quota is used up. Waiting; it goes on by itself.");
        }
        JobEventKind::QuotaRenewed => {
            *waits = false;
            note("Docker Hub gives images again.");
        }
        JobEventKind::SignInNeeded { error } => note(&words(error)),
        JobEventKind::SignedIn => note("Signed in. It goes on."),
        JobEventKind::JournalState { error: Some(error) } => note(&words(error)),
        JobEventKind::Finished { report } => {
            if let Some(bar) = bar {
                bar.finish_and_clear();
            }
            tell_report(report);
        }
        _ => {}
    }
}

/// One line for each image, then the headline, the counts and what needs attention.
pub fn tell_report(report: &MigrationReport) {
    for image in &report.images {
        line(&settled(image));
    }
    for tag in &report.temporary_tags_left {
        line(&format!("temporary tag left in the Docker Engine: {tag}"));
    }
    tell_summary(report);
}

/// The headline, the counts and what needs attention.
pub fn tell_summary(report: &MigrationReport) {
    let summary = &report.summary;
    line(&summary.title);
    line(&format!("{} {} sent.", summary.text, sent(report.sent_bytes)));
    for text in &summary.notes {
        note(text);
    }
}

fn sent(bytes: Option<u64>) -> String {
    match bytes {
        Some(bytes) => HumanBytes(bytes).to_string(),
        None => "An unknown number of bytes".to_owned(),
    }
}

fn settled(image: &ImageReport) -> String {
    let destination = &image.destination;
    let digest = image.ecr_digest.as_deref().unwrap_or("-");
    let proof = match image.standing {
        ImageStanding::Equal if image.proof == Proof::EqualToPart => {
            "verified equal to one platform of the source's index"
        }
        ImageStanding::EqualToPushed if image.proof == Proof::SameContent => {
            "verified: same content, packed again"
        }
        ImageStanding::Equal => "verified equal",
        ImageStanding::EqualToPushed => "verified equal to what was pushed",
        ImageStanding::Kept => "a different image, kept as it was",
        ImageStanding::Failed => "failed",
        ImageStanding::NotFinished => "not finished",
        ImageStanding::Unknown => "unknown",
    };
    let mut text = match (&image.result, image.standing) {
        (ImageResult::Failed { error }, _) => format!("FAILED   {destination}  {}", words(error)),
        (_, ImageStanding::Kept) => format!("kept     {destination}  {digest}  {proof}"),
        (ImageResult::Moved, _) => format!("copied   {destination}  {digest}  {proof}"),
        (ImageResult::Unchanged, _) => format!("skipped  {destination}  {digest}  {proof}"),
        (ImageResult::Cancelled, ImageStanding::Unknown) => format!("UNKNOWN  {destination}"),
        (ImageResult::Cancelled, _) => format!("open     {destination}  not finished"),
    };
    if let (Some(index), Proof::EqualToPart) = (&image.part_of, image.proof) {
        text += &format!("\n  one platform of the index {index}");
    }
    if let Some(now) = &image.source_moved_to {
        text += &format!("\n  {} points to another image at the source now: {now}", image.source);
    }
    for left in &image.left_behind {
        text += &format!("\n  referrer not copied: {}: {}", left.name, words(&left.error));
    }
    text
}

/// Who the caller is.
pub fn tell_identity(identity: &AwsIdentity) {
    line(&format!("account  {}", identity.account_id));
    line(&format!("as       {}", identity.arn));
    line(&format!("region   {}", identity.region));
    if let Some(ends) = identity.expires_at_ms {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let left = std::time::Duration::from_millis(ends).saturating_sub(now.unwrap_or_default());
        line(&format!("ends in  {}", HumanDuration(left)));
    }
}

/// What will arrive of an image of the Docker Engine.
fn engine_words(image: &PlannedImage) -> Option<String> {
    let engine = image.engine.as_ref()?;
    let platforms = image.platforms.join(", ");
    Some(match engine.outcome {
        EngineOutcome::Whole => format!("the digest stays: {platforms}"),
        EngineOutcome::Part => {
            let digest = image.source_digest.as_deref().unwrap_or("-");
            let all = engine.index_platforms.len().max(1);
            let left = if engine.attestations_stay { ", without its attestation" } else { "" };
            format!("only {platforms} of {all} in the index{left}, as {digest}")
        }
        EngineOutcome::SeenWhileSending => format!(
            "the index if the engine holds all of it, otherwise only {platforms}; seen while it is sent"
        ),
        EngineOutcome::Repacked => {
            format!("the engine packs it again: {platforms} with another digest, the same content")
        }
    })
}

/// What a plan would do.
pub fn tell_plan(plan: &MigrationPlan) {
    line(&format!("destination: {}", migrations::destination(&plan.destination)));
    for image in &plan.images {
        let text = match &image.action {
            PlannedAction::Conflict { .. } => format!("CONFLICT {}", image.destination),
            PlannedAction::Refused { error } => {
                format!("REFUSED  {}  {}", image.source, words(error))
            }
            PlannedAction::Overwrite => {
                let now = image.destination_digest.as_deref().unwrap_or("-");
                let text = format!("replace  {}  now {now}", image.destination);
                match engine_words(image) {
                    Some(words) => format!("{text}  {words}"),
                    None => text,
                }
            }
            PlannedAction::Move => match engine_words(image) {
                Some(words) => format!("move     {}  {words}", image.source),
                None => continue,
            },
            PlannedAction::AlreadyThere | PlannedAction::KeepExisting => continue,
        };
        line(&text);
    }
    for text in show_lifecycle::lines(plan) {
        line(&text);
    }
    let totals = &plan.totals;
    line(&format!(
        "{} images to move, {} there already, {} conflicts, {} refused; {} repositories to create; {} to upload{}",
        totals.images_to_move,
        totals.images_unchanged,
        totals.conflicts,
        totals.refused,
        totals.repositories_to_create,
        DecimalBytes(totals.upload_bytes),
        mounting(totals)
    ));
    for image in &plan.images {
        for tag in image.referrer_tags.iter().flatten() {
            let differs = |there: &String| *there != tag.source_digest;
            if tag.destination_digest.as_ref().is_some_and(differs) {
                line(&format!(
                    "keep     {}:{}  another signature in ECR",
                    image.repository, tag.tag
                ));
            }
        }
    }
    if totals.referrer_tags + totals.referrer_tags_kept + totals.referrers_unknown > 0 {
        line(&format!(
            "Signatures and attestations: {} tags to copy, {} kept in ECR, {} images checked when copied",
            totals.referrer_tags, totals.referrer_tags_kept, totals.referrers_unknown
        ));
    }
    if let Some(quota) = &plan.pull_quota {
        let left = quota.left.map_or("no limit".to_owned(), |left| format!("{left} left"));
        line(&format!("Docker Hub pulls: {} needed, {left}", quota.needed));
    }
}

/// What blob mounting saves, or would save.
fn mounting(totals: &PlanTotals) -> String {
    let saved = DecimalBytes(totals.mountable_bytes);
    match totals.blob_mounting {
        _ if totals.mountable_bytes == 0 => String::new(),
        Some(true) => format!(" ({saved} saved by blob mounting)"),
        Some(false) => format!(" (blob mounting is off and would save {saved})"),
        None => String::new(),
    }
}

/// One line of the history.
pub fn tell_entry(entry: &HistoryEntry) {
    let state = match entry.undone {
        Some(_) => "undone",
        None => entry.summary.title.as_str(),
    };
    let took = HumanDuration(std::time::Duration::from_millis(entry.elapsed_ms));
    line(&format!(
        "{}  {state}  {}  {} sent  {took}  {}",
        entry.migration,
        entry.summary.text,
        sent(entry.sent_bytes),
        entry.registry
    ));
    for text in &entry.summary.notes {
        line(&format!("  {text}"));
    }
}
