//! A report as a file: Markdown for reading, CSV for a spreadsheet, JSON for a program, HTML for a
//! colleague.

mod csv;
mod html;
mod markdown;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::contract::{
    ApiError, ErrorCode, ImageReport, ImageResult, MigrationOutcome, MigrationReport, Proof,
    ReportFormat,
};

/// The text of a report.
pub fn text(report: &MigrationReport, format: ReportFormat) -> Result<String, ApiError> {
    match format {
        ReportFormat::Markdown => Ok(markdown::markdown(report)),
        ReportFormat::Csv => Ok(csv::csv(report)),
        ReportFormat::Html => Ok(html::html(report)),
        ReportFormat::Json => serde_json::to_string_pretty(report)
            .map_err(|error| ApiError::internal(error.to_string())),
    }
}

/// One report of several migrations that ran as parts of one plan: images by their number in it.
///
/// # Errors
/// Where they go to different registries, hold an image twice, or there is none.
pub fn merged_report(mut reports: Vec<MigrationReport>) -> Result<MigrationReport, ApiError> {
    let refused = |message: &str| ApiError::new(ErrorCode::InputInvalid, message);
    reports.sort_by_key(|report| report.started_at_ms);
    let mut parts = reports.into_iter();
    let mut whole = parts.next().ok_or_else(|| refused("There is no report to join."))?;
    let mut end_ms = whole.started_at_ms + whole.elapsed_ms;
    for part in parts {
        if part.registry != whole.registry {
            return Err(refused("The reports are of migrations to different registries."));
        }
        end_ms = end_ms.max(part.started_at_ms + part.elapsed_ms);
        whole.repositories_created.extend(part.repositories_created);
        whole.images.extend(part.images);
        whole.sent_bytes += part.sent_bytes;
        whole.skipped_bytes += part.skipped_bytes;
        whole.temporary_tags_left.extend(part.temporary_tags_left);
        whole.journal_error = whole.journal_error.or(part.journal_error);
        whole.outcome = worse(whole.outcome, part.outcome);
    }
    whole.elapsed_ms = end_ms - whole.started_at_ms;
    whole.images.sort_by_key(|image| image.image);
    if whole.images.windows(2).any(|pair| pair[0].image == pair[1].image) {
        return Err(refused("An image is in two of the reports: they are no parts of one plan."));
    }
    Ok(whole)
}

fn worse(one: MigrationOutcome, other: MigrationOutcome) -> MigrationOutcome {
    use MigrationOutcome::{Cancelled, Failed, Interrupted, PartlyFailed, Succeeded};
    match (one, other) {
        (same, other) if same == other => same,
        (Interrupted, _) | (_, Interrupted) => Interrupted,
        (Cancelled, _) | (_, Cancelled) => Cancelled,
        (Succeeded | PartlyFailed | Failed, _) => PartlyFailed,
    }
}

/// How it ended, in a sentence.
fn outcome(report: &MigrationReport) -> &'static str {
    match report.outcome {
        MigrationOutcome::Succeeded => "Every image is in ECR and proved by digest.",
        MigrationOutcome::PartlyFailed => {
            "Some images are in ECR and proved by digest; others failed."
        }
        MigrationOutcome::Failed => "No image arrived.",
        MigrationOutcome::Cancelled => "The migration was stopped before its end.",
        MigrationOutcome::Interrupted => "The migration was not brought to its end.",
    }
}

fn result(image: &ImageReport) -> String {
    match &image.result {
        ImageResult::Moved => "moved".to_owned(),
        ImageResult::Unchanged => "unchanged".to_owned(),
        ImageResult::Failed { error } => format!("failed: {}", error.message),
        ImageResult::Cancelled => "cancelled".to_owned(),
    }
}

fn proof(proof: Proof) -> &'static str {
    match proof {
        Proof::Equal => "equal to the source",
        Proof::EqualToPushed => "equal to what was pushed",
        Proof::Different => "different",
        Proof::NotProved => "not proved",
    }
}

/// Whether the image of a platform is in ECR as it is at the source.
fn platform(in_ecr: bool) -> &'static str {
    if in_ecr { "equal to the source" } else { "not in ECR" }
}

fn moment(at_ms: u64) -> String {
    let seconds = i64::try_from(at_ms / 1000).unwrap_or(i64::MAX);
    let moment = OffsetDateTime::from_unix_timestamp(seconds).ok();
    moment.and_then(|moment| moment.format(&Rfc3339).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{AwsIdentity, LeftBehind, PlatformProof, Route};

    fn report() -> MigrationReport {
        let image = |number: u32, result: ImageResult, proof: Proof| ImageReport {
            image: number,
            source: format!("docker.io/dencold/pgcli:{number}"),
            destination: format!("registry/pgcli:{number}"),
            route: Route::RegistryToRegistry,
            result,
            source_digest: Some("sha256:aa".to_owned()),
            pushed_digest: Some("sha256:aa".to_owned()),
            registry_digest: Some("sha256:aa".to_owned()),
            ecr_digest: Some("sha256:aa".to_owned()),
            proof,
            platforms: vec![
                PlatformProof {
                    platform: "linux/amd64".to_owned(),
                    digest: "sha256:cc".to_owned(),
                    in_ecr: true,
                },
                PlatformProof {
                    platform: "linux/arm64/v8".to_owned(),
                    digest: "sha256:dd".to_owned(),
                    in_ecr: proof == Proof::Equal,
                },
            ],
            sent_bytes: 5,
            elapsed_ms: 7,
            left_behind: Vec::new(),
            source_moved_to: None,
        };
        let error =
            ApiError::new(ErrorCode::RegistryFailed, "It said \"no\" | twice,\nthen nothing.");
        MigrationReport {
            job: "migration-1".to_owned(),
            outcome: MigrationOutcome::PartlyFailed,
            identity: AwsIdentity {
                account_id: "123456789012".to_owned(),
                arn: "arn:aws:iam::123456789012:user/me".to_owned(),
                region: "eu-west-1".to_owned(),
                expires_at_ms: None,
                practice: false,
                partition: "aws".to_owned(),
                endpoints: Default::default(),
            },
            registry: "registry".to_owned(),
            started_at_ms: 1_795_000_000_000,
            elapsed_ms: 1_500,
            repositories_created: vec!["pgcli".to_owned()],
            images: vec![
                image(1, ImageResult::Moved, Proof::Equal),
                image(2, ImageResult::Failed { error }, Proof::NotProved),
            ],
            sent_bytes: 10,
            skipped_bytes: 3,
            temporary_tags_left: Vec::new(),
            journal_error: None,
        }
    }

    #[test]
    fn markdown_keeps_its_table_whole() {
        insta::assert_snapshot!(text(&report(), ReportFormat::Markdown).unwrap());
    }

    #[test]
    fn what_stayed_behind_is_named_with_its_reason() {
        let mut report = report();
        let error = ApiError::new(ErrorCode::RegistryFailed, "The repository holds too many.");
        report.images[0].left_behind = vec![LeftBehind { name: "sha256:bb".to_owned(), error }];
        let text = text(&report, ReportFormat::Markdown).unwrap();
        assert!(text.ends_with("- `sha256:bb`: The repository holds too many.\n"), "{text}");
    }

    #[test]
    fn csv_keeps_its_cells_whole() {
        insta::assert_snapshot!(text(&report(), ReportFormat::Csv).unwrap());
    }

    #[test]
    fn html_is_one_page_without_anything_from_elsewhere() {
        let mut report = report();
        report.images[0].source = "docker.io/<script>alert(1)</script>:1".to_owned();
        let page = text(&report, ReportFormat::Html).unwrap();
        assert!(!page.contains("<script"), "{page}");
        assert!(!page.contains("http"), "{page}");
        insta::assert_snapshot!(page);
    }

    #[test]
    fn parts_of_one_plan_become_one_report() {
        let (mut first, mut second) = (report(), report());
        first.images.truncate(1);
        first.outcome = MigrationOutcome::Succeeded;
        second.images.remove(0);
        second.outcome = MigrationOutcome::Failed;
        second.started_at_ms += 10_000;
        let whole = merged_report(vec![second.clone(), first.clone()]).unwrap();
        assert_eq!(whole.outcome, MigrationOutcome::PartlyFailed);
        assert_eq!(whole.images, report().images);
        assert_eq!((whole.sent_bytes, whole.elapsed_ms), (20, 11_500));
        assert!(merged_report(vec![first.clone(), first.clone()]).is_err(), "twice the same");
        second.registry = "another".to_owned();
        assert!(merged_report(vec![first, second]).is_err());
        assert!(merged_report(Vec::new()).is_err());
    }

    #[test]
    fn json_reads_back_as_the_same_report() {
        let json = text(&report(), ReportFormat::Json).unwrap();
        assert_eq!(serde_json::from_str::<MigrationReport>(&json).unwrap(), report());
    }
}
