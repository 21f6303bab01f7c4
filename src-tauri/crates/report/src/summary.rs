//! The headline of a migration in words: the one place where an outcome becomes text.

use transload_contract::{AwsIdentity, ImageResult, MigrationReport, ReportSummary, SummaryStatus};
use transload_errors::ApiError;
use transload_migration as engine;

/// What a summary mentions beside the counts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Attention<'a> {
    /// Referrers that were not copied.
    pub left_behind: u32,
    /// Temporary tags that are still in the Docker Engine.
    pub temporary_tags_left: u32,
    /// Tags that point to another image at the source now.
    pub moved_at_source: u32,
    /// What is unfinished in repositories that the migration created, a sentence each.
    pub repositories: &'a [String],
    /// Why the history does not hold all of it.
    pub journal_error: Option<&'a ApiError>,
    /// The fault of the program that ended the run.
    pub run_error: Option<&'a ApiError>,
    /// The missing parts of a joined report, and how many there should be.
    pub missing_parts: (&'a [u32], u32),
}

/// Returns a report without images. The caller fills it, then calls [`summarize`].
pub fn blank_report(
    job: String,
    identity: Option<AwsIdentity>,
    registry: String,
    (started_at_ms, elapsed_ms): (u64, u64),
) -> MigrationReport {
    let outcome = engine::Outcome::of(engine::RunEnd::Completed, engine::OutcomeCounts::default());
    MigrationReport {
        job,
        outcome: outcome.headline,
        summary: summary(&outcome, Attention::default()),
        identity,
        registry,
        started_at_ms,
        elapsed_ms,
        repositories_created: Vec::new(),
        repositories_empty: Vec::new(),
        images: Vec::new(),
        sent_bytes: Some(0),
        skipped_bytes: 0,
        temporary_tags_left: Vec::new(),
        policies_not_set: Vec::new(),
        journal_error: None,
        run_error: None,
        part: None,
        missing_parts: Vec::new(),
        verified_at_ms: None,
    }
}

/// Computes outcome and summary of a report from the standings of its images. Called whenever a
/// report was made or changed.
pub fn summarize(report: &mut MigrationReport, end: engine::RunEnd) {
    let mut counts = engine::OutcomeCounts::default();
    for image in &report.images {
        let is_transferred = !matches!(image.result, ImageResult::Unchanged);
        counts.add(image.standing, is_transferred, 1);
    }
    let planned = report.part.as_ref().map(|part| part.plan_images).unwrap_or_default();
    if !report.missing_parts.is_empty() {
        // Nothing is known about the images of a part without a report.
        let missing = planned.saturating_sub(counts.images);
        counts.add(engine::Standing::Unknown, false, missing);
    }
    let repositories = unfinished_repositories(report);
    let sum = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let attention = Attention {
        left_behind: sum(report.images.iter().map(|image| image.left_behind.len()).sum()),
        temporary_tags_left: sum(report.temporary_tags_left.len()),
        moved_at_source: sum(report
            .images
            .iter()
            .filter(|image| image.source_moved_to.is_some())
            .count()),
        repositories: &repositories,
        journal_error: report.journal_error.as_ref(),
        run_error: report.run_error.as_ref(),
        missing_parts: (&report.missing_parts, report.part.as_ref().map_or(0, |part| part.parts)),
    };
    let outcome = engine::Outcome::of(end, counts);
    let summary = summary(&outcome, attention);
    report.outcome = outcome.headline;
    report.summary = summary;
}

/// The words of an outcome.
pub fn summary(outcome: &engine::Outcome, attention: Attention<'_>) -> ReportSummary {
    ReportSummary {
        status: status(outcome.headline, attention),
        title: title(outcome, attention.missing_parts),
        text: text(&outcome.counts),
        notes: notes(outcome, attention),
        counts: outcome.counts,
    }
}

/// The words of a migration whose record can't be read.
pub fn unreadable_summary(error: &ApiError, counts: engine::OutcomeCounts) -> ReportSummary {
    ReportSummary {
        status: SummaryStatus::Error,
        title: "Record unreadable".to_owned(),
        text: error.message.clone(),
        notes: error.hints.clone(),
        counts,
    }
}

fn status(headline: engine::Headline, attention: Attention<'_>) -> SummaryStatus {
    use engine::Headline;
    let needs_attention = attention.left_behind > 0
        || !attention.repositories.is_empty()
        || attention.journal_error.is_some()
        || attention.run_error.is_some();
    match headline {
        Headline::Running => SummaryStatus::InProgress,
        Headline::Succeeded | Headline::Kept if needs_attention => SummaryStatus::Warning,
        Headline::Succeeded => SummaryStatus::Success,
        Headline::Kept => SummaryStatus::Info,
        Headline::Unproven | Headline::PartlyFailed | Headline::Interrupted => {
            SummaryStatus::Warning
        }
        Headline::Failed | Headline::Incomplete => SummaryStatus::Error,
        Headline::Cancelled => SummaryStatus::Stopped,
    }
}

fn title(outcome: &engine::Outcome, (missing, parts): (&[u32], u32)) -> String {
    use engine::Headline;
    let counts = &outcome.counts;
    let images = counts.images;
    match outcome.headline {
        Headline::Running => "Running".to_owned(),
        Headline::Succeeded if images == 0 => "Nothing to migrate".to_owned(),
        Headline::Succeeded if counts.is_all_equal() => match counts.up_to_date {
            0 => format!("{} of {} copied and verified", grouped(images), images_of(images)),
            all if all == images => {
                format!("{} of {} up to date", grouped(images), images_of(images))
            }
            some => {
                let (all, some) = (grouped(images), grouped(some));
                format!("{all} of {} verified, {some} already up to date", images_of(images))
            }
        },
        Headline::Succeeded => {
            let others = images.saturating_sub(counts.equal);
            let have = if others == 1 { "has" } else { "have" };
            let (others, images) = (grouped(others), grouped(images));
            format!(
                "All images are in ECR, but {others} of {images} {have} another digest than at the \
                 source"
            )
        }
        Headline::Kept => {
            format!(
                "{} of {} skipped, existing image kept",
                grouped(counts.kept),
                images_of(images)
            )
        }
        Headline::Unproven => {
            format!("Couldn't verify {} of {}", grouped(counts.unknown), images_of(images))
        }
        Headline::PartlyFailed => {
            format!("{} of {} failed", grouped(counts.failed), images_of(images))
        }
        Headline::Failed if images == 1 => "Image failed".to_owned(),
        Headline::Failed => format!("All {} failed", images_of(images)),
        Headline::Cancelled => {
            let verified = counts.equal.saturating_add(counts.equal_to_pushed);
            let copied = verified.saturating_sub(counts.up_to_date);
            let remaining = grouped(counts.not_finished.saturating_add(counts.unknown));
            if copied == 0 {
                format!("No images copied, {remaining} remaining")
            } else {
                format!("Partially completed: {} copied, {remaining} remaining", grouped(copied))
            }
        }
        Headline::Interrupted => "Interrupted".to_owned(),
        Headline::Incomplete => {
            let numbers: Vec<_> = missing.iter().map(ToString::to_string).collect();
            let (part, is) = if missing.len() == 1 { ("part", "is") } else { ("parts", "are") };
            format!("Incomplete: {part} {} of {parts} {is} missing", numbers.join(", "))
        }
    }
}

fn text(counts: &engine::OutcomeCounts) -> String {
    let mut parts = vec![format!("{} verified equal", grouped(counts.equal))];
    if counts.equal_to_pushed > 0 {
        parts.push(format!("{} verified with another digest", grouped(counts.equal_to_pushed)));
    }
    if counts.up_to_date > 0
        && let Some(last) = parts.last_mut()
    {
        *last += &format!(" ({} skipped, already up to date)", grouped(counts.up_to_date));
    }
    let kept = "skipped (existing image kept)";
    for (count, what) in [
        (counts.kept, kept),
        (counts.failed, "failed"),
        (counts.not_finished, "not finished"),
        (counts.unknown, "unknown"),
    ] {
        if count > 0 {
            parts.push(format!("{} {what}", grouped(count)));
        }
    }
    format!("{}: {}.", images_of(counts.images), parts.join(", "))
}

fn notes(outcome: &engine::Outcome, attention: Attention<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(error) = attention.run_error {
        notes.push(format!(
            "The run ended with an internal error: {} The results before the error are listed.",
            error.message
        ));
    }
    if outcome.counts.unknown > 0 && outcome.headline != engine::Headline::Running {
        let images = images_of(outcome.counts.unknown);
        notes.push(format!(
            "The state of {images} in ECR is unknown. Resume the migration, or verify it again."
        ));
    }
    notes.extend(attention.repositories.iter().cloned());
    match attention.left_behind {
        0 => {}
        1 => notes.push("1 referrer (signature, attestation, or SBOM) wasn't copied.".into()),
        many => notes
            .push(format!("{many} referrers (signatures, attestations, SBOMs) weren't copied.")),
    }
    match attention.temporary_tags_left {
        0 => {}
        1 => notes.push("1 temporary tag remains in the Docker Engine.".into()),
        many => notes.push(format!("{many} temporary tags remain in the Docker Engine.")),
    }
    match attention.moved_at_source {
        0 => {}
        1 => notes.push("1 source tag now points to another image.".into()),
        many => notes.push(format!("{many} source tags now point to another image.")),
    }
    if let Some(error) = attention.journal_error {
        notes.push(format!("The history is incomplete: {}", error.message));
    }
    notes
}

fn unfinished_repositories(report: &MigrationReport) -> Vec<String> {
    let empty = report.repositories_empty.iter().map(|name| {
        format!("Repository {name} was created, but no image was pushed to it. Undo deletes the repository.")
    });
    let policies = report.policies_not_set.iter().map(|policy| {
        let name = &policy.repository;
        let why = match &policy.error {
            Some(error) => error.message.clone(),
            None => "The migration was canceled first.".to_owned(),
        };
        format!("The lifecycle policy of repository {name} is not set. {why} To set it, resume the migration.")
    });
    empty.chain(policies).collect()
}

fn images_of(images: u32) -> String {
    if images == 1 { "1 image".to_owned() } else { format!("{} images", grouped(images)) }
}

/// Writes a count as the window does: `1,505`.
fn grouped(count: u32) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests;
