//! Joins the reports of a plan that ran in parts.
//!
//! The result is one report of the whole plan. Reports of different plans or destinations and two
//! reports of one part are refused; missing parts are named in the result, which then never counts as
//! a success.

use std::collections::BTreeMap;

use transload_contract::{MigrationOutcome, MigrationReport, ReportPart};
use transload_errors::{ApiError, ErrorCode};
use transload_migration::{MAX_PARTS, RunEnd};

use crate::summary::summarize;

/// A report with the name of its file, for messages.
pub struct NamedReport {
    pub file: String,
    pub report: MigrationReport,
}

/// One report of the parts of one plan: images by their number in it.
///
/// # Errors
/// If a report is not of a part, is of another plan or another destination, or one part is there
/// twice.
pub fn merged_report(reports: Vec<NamedReport>) -> Result<MigrationReport, ApiError> {
    let mut parts: BTreeMap<u32, Vec<(NamedReport, ReportPart)>> = BTreeMap::new();
    let mut first: Option<(String, MigrationReport, ReportPart)> = None;
    for named in reports {
        let part = part_of(&named)?;
        match &first {
            None => first = Some((named.file.clone(), named.report.clone(), part.clone())),
            Some((file, report, known)) => same_plan(file, report, known, &named, &part)?,
        }
        parts.entry(part.part.unwrap_or_default()).or_default().push((named, part));
    }
    let Some((_, _, ReportPart { plan, parts: count, plan_images, .. })) = first else {
        return Err(refused("There is no report to merge."));
    };
    refuse_duplicates(&parts)?;
    let missing: Vec<u32> = (1..=count).filter(|part| !parts.contains_key(part)).collect();
    let mut reports: Vec<_> =
        parts.into_values().flatten().map(|(named, _)| named.report).collect();
    reports.sort_by_key(|report| report.started_at_ms);
    let end = end_of(&reports, &missing);
    let mut whole = joined(reports)?;
    whole.part = Some(ReportPart { plan, part: None, parts: count, plan_images });
    whole.missing_parts = missing;
    summarize(&mut whole, end);
    Ok(whole)
}

fn part_of(NamedReport { file, report }: &NamedReport) -> Result<ReportPart, ApiError> {
    let not_a_part = || {
        refused(format!("{file} is not the report of a part of a plan."))
            .about(file)
            .hint("Run the parts with `transload-cli run PLAN --shard I/N`, and write each report with `transload-cli report ID --format json --out FILE`.")
    };
    let part = report.part.clone().ok_or_else(not_a_part)?;
    let number = part.part.ok_or_else(not_a_part)?;
    let is_sound = (1..=MAX_PARTS).contains(&part.parts)
        && (1..=part.parts).contains(&number)
        && report.images.iter().all(|image| image.image < part.plan_images);
    if !is_sound {
        let message = format!("{file} is damaged: its part numbers contradict each other.");
        return Err(refused(message).about(file).hint("Write the report again."));
    }
    Ok(part)
}

/// Refuses a report of another plan, or to another destination.
fn same_plan(
    first_file: &str,
    first: &MigrationReport,
    known: &ReportPart,
    NamedReport { file, report }: &NamedReport,
    part: &ReportPart,
) -> Result<(), ApiError> {
    let count = |part: &ReportPart| format!("{} parts", part.parts);
    let images = |part: &ReportPart| format!("{} images", part.plan_images);
    for (what, of_first, of_this) in [
        ("plan", known.plan.clone(), part.plan.clone()),
        ("number of parts", count(known), count(part)),
        ("number of images", images(known), images(part)),
        ("AWS account", account(first), account(report)),
        ("region", region(first), region(report)),
        ("registry", first.registry.clone(), report.registry.clone()),
    ] {
        if of_first != of_this {
            let message = format!(
                "The reports cannot be merged: they have a different {what}. {first_file} has \
                 {of_first}, {file} has {of_this}."
            );
            return Err(refused(message)
                .about(file)
                .hint("Merge only reports of parts of one plan file."));
        }
    }
    Ok(())
}

fn region(report: &MigrationReport) -> String {
    report.identity.as_ref().map(|identity| identity.region.clone()).unwrap_or_default()
}

fn account(report: &MigrationReport) -> String {
    let Some(identity) = &report.identity else { return String::new() };
    let practice = if identity.practice { " (practice)" } else { "" };
    match identity.partition.as_str() {
        "" | "aws" => format!("{}{practice}", identity.account_id),
        partition => format!("{} in {partition}{practice}", identity.account_id),
    }
}

/// Refuses two reports of one part, and names all of them.
fn refuse_duplicates(
    parts: &BTreeMap<u32, Vec<(NamedReport, ReportPart)>>,
) -> Result<(), ApiError> {
    let twice = parts.iter().filter(|(_, reports)| reports.len() > 1).map(|(part, reports)| {
        let files: Vec<_> = reports.iter().map(|(named, _)| named.file.as_str()).collect();
        format!("part {part} is in {}", files.join(" and "))
    });
    let twice: Vec<_> = twice.collect();
    if twice.is_empty() {
        return Ok(());
    }
    let message = format!("There is more than one report of a part: {}.", twice.join("; "));
    Err(refused(message).hint("Name one report of each part: the one of its last run."))
}

/// How the parts ended together: the one that came least far decides.
fn end_of(reports: &[MigrationReport], missing: &[u32]) -> RunEnd {
    let any = |outcome| reports.iter().any(|report| report.outcome == outcome);
    if !missing.is_empty() {
        RunEnd::PartsMissing
    } else if any(MigrationOutcome::Running) {
        RunEnd::Running
    } else if any(MigrationOutcome::Interrupted) {
        RunEnd::Interrupted
    } else if any(MigrationOutcome::Cancelled) {
        RunEnd::Cancelled
    } else {
        RunEnd::Completed
    }
}

fn joined(reports: Vec<MigrationReport>) -> Result<MigrationReport, ApiError> {
    let mut reports = reports.into_iter();
    let mut whole = reports.next().ok_or_else(|| refused("There is no report to merge."))?;
    let mut end_ms = whole.started_at_ms.saturating_add(whole.elapsed_ms);
    for part in reports {
        end_ms = end_ms.max(part.started_at_ms.saturating_add(part.elapsed_ms));
        whole.job = format!("{}, {}", whole.job, part.job);
        whole.repositories_created.extend(part.repositories_created);
        whole.repositories_empty.extend(part.repositories_empty);
        whole.policies_not_set.extend(part.policies_not_set);
        whole.images.extend(part.images);
        whole.sent_bytes =
            whole.sent_bytes.zip(part.sent_bytes).map(|(one, other)| one.saturating_add(other));
        whole.skipped_bytes = whole.skipped_bytes.saturating_add(part.skipped_bytes);
        whole.temporary_tags_left.extend(part.temporary_tags_left);
        whole.journal_error = whole.journal_error.or(part.journal_error);
        whole.run_error = whole.run_error.or(part.run_error);
        // The proofs are only as new as the oldest look; `None` is the end of the run.
        whole.verified_at_ms = whole.verified_at_ms.min(part.verified_at_ms);
    }
    // A repository that several parts share was created by one of them; a resumed part may list it too.
    // One part may have created a repository that only another part had images for.
    let has_image = |name: &String| {
        let prefix = format!("{}/{name}:", whole.registry);
        let mut images = whole.images.iter();
        images.any(|image| image.pushed_digest.is_some() && image.destination.starts_with(&prefix))
    };
    whole.repositories_empty.retain(|name| !has_image(name));
    whole.repositories_created.sort();
    whole.repositories_created.dedup();
    whole.elapsed_ms = end_ms.saturating_sub(whole.started_at_ms);
    whole.images.sort_by_key(|image| image.image);
    match whole.images.windows(2).find(|pair| pair[0].image == pair[1].image) {
        Some(twice) => Err(refused(format!(
            "Two of the reports have the image {}: they are not parts of one plan.",
            twice[0].destination
        ))),
        None => Ok(whole),
    }
}

fn refused(message: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::InputInvalid, message)
}

#[cfg(test)]
mod tests;
