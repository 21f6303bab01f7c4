//! Reports and history entries: the results of `run`, `resume`, `verify` and `history`.

use indicatif::{DecimalBytes, HumanDuration};
use transload_contract::{
    HistoryEntry, ImageReport, ImageResult, ImageStanding, MigrationReport, Proof,
};

use crate::output::{line, message_with_code, note};

/// Prints one line for each image, then the headline, the counts and the notes.
pub fn print(report: &MigrationReport) {
    for image in &report.images {
        line(&image_line(image));
    }
    for tag in &report.temporary_tags_left {
        line(&format!("temporary tag left in the Docker Engine: {tag}"));
    }
    let summary = &report.summary;
    line(&summary.title);
    line(&format!("{} {} sent.", summary.text, sent(report.sent_bytes)));
    for text in &summary.notes {
        note(text);
    }
}

fn sent(bytes: Option<u64>) -> String {
    match bytes {
        Some(bytes) => DecimalBytes(bytes).to_string(),
        None => "An unknown number of bytes".to_owned(),
    }
}

fn image_line(image: &ImageReport) -> String {
    let destination = &image.destination;
    let digest = image.ecr_digest.as_deref().unwrap_or("-");
    let proof = match image.standing {
        ImageStanding::Equal if image.proof == Proof::EqualToPart => {
            "verified equal to one platform of the source's index"
        }
        ImageStanding::EqualToPushed if image.proof == Proof::SameContent => {
            "verified: same content, repacked"
        }
        ImageStanding::Equal => "verified equal",
        ImageStanding::EqualToPushed => "verified with another digest",
        ImageStanding::Kept => "a different image, kept unchanged",
        ImageStanding::Failed => "failed",
        ImageStanding::NotFinished => "not finished",
        ImageStanding::Unknown => "unknown",
    };
    let mut text = match (&image.result, image.standing) {
        (ImageResult::Failed { error }, _) => {
            format!("FAILED   {destination}  {}", message_with_code(error))
        }
        (_, ImageStanding::Kept) => format!("kept     {destination}  {digest}  {proof}"),
        (ImageResult::Moved, _) => format!("copied   {destination}  {digest}  {proof}"),
        (ImageResult::Unchanged, _) => format!("skipped  {destination}  {digest}  {proof}"),
        (ImageResult::Cancelled, ImageStanding::Unknown) => format!("UNKNOWN  {destination}"),
        (ImageResult::Cancelled, _) => format!("open     {destination}  not finished"),
    };
    if let (Some(index), Proof::EqualToPart) = (&image.part_of, image.proof) {
        text += &format!("\n  one platform of the index {index}");
    }
    if let Some(current) = &image.source_moved_to {
        let source = &image.source;
        text += &format!("\n  {source} now points to another image at the source: {current}");
    }
    for referrer in &image.left_behind {
        let error = message_with_code(&referrer.error);
        text += &format!("\n  referrer not copied: {}: {error}", referrer.name);
    }
    text
}

/// Prints an entry of the history.
pub fn print_history_entry(entry: &HistoryEntry) {
    let state = match entry.undone {
        Some(_) => "undone",
        None => entry.summary.title.as_str(),
    };
    let elapsed = HumanDuration(std::time::Duration::from_millis(entry.elapsed_ms));
    line(&format!(
        "{}  {state}  {}  {} sent  {elapsed}  {}",
        entry.migration,
        entry.summary.text,
        sent(entry.sent_bytes),
        entry.registry
    ));
    for text in &entry.summary.notes {
        line(&format!("  {text}"));
    }
}
