//! A report as a file: Markdown for reading, CSV for a spreadsheet, JSON for a program.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::contract::{
    ApiError, ImageReport, ImageResult, MigrationOutcome, MigrationReport, Proof, ReportFormat,
};

/// The text of a report.
pub(crate) fn text(report: &MigrationReport, format: ReportFormat) -> Result<String, ApiError> {
    match format {
        ReportFormat::Markdown => Ok(markdown(report)),
        ReportFormat::Csv => Ok(csv(report)),
        ReportFormat::Json => serde_json::to_string_pretty(report)
            .map_err(|error| ApiError::internal(error.to_string())),
    }
}

fn markdown(report: &MigrationReport) -> String {
    let outcome = match report.outcome {
        MigrationOutcome::Succeeded => "Every image is in ECR and proved by digest.",
        MigrationOutcome::PartlyFailed => {
            "Some images are in ECR and proved by digest; others failed."
        }
        MigrationOutcome::Failed => "No image arrived.",
        MigrationOutcome::Cancelled => "The migration was stopped before its end.",
    };
    let mut lines = vec![
        "# Migration to Amazon ECR".to_owned(),
        String::new(),
        outcome.to_owned(),
        String::new(),
        format!("- Registry: `{}`", report.registry),
        format!("- Account: {} as `{}`", report.identity.account_id, report.identity.arn),
        format!("- Region: {}", report.identity.region),
        format!("- Started: {}", moment(report.started_at_ms)),
        format!("- Duration: {} s", report.elapsed_ms.div_ceil(1000)),
        format!(
            "- Bytes sent: {}; bytes that were there already: {}",
            report.sent_bytes, report.skipped_bytes
        ),
    ];
    if !report.repositories_created.is_empty() {
        lines.push(format!("- Repositories created: {}", report.repositories_created.join(", ")));
    }
    if !report.temporary_tags_left.is_empty() {
        let left = report.temporary_tags_left.join(", ");
        lines.push(format!("- Temporary tags left in the Docker Engine: {left}"));
    }
    lines.extend([
        String::new(),
        "| Source | Destination | Result | Proof | Digest at the source | Digest in ECR |"
            .to_owned(),
        "|---|---|---|---|---|---|".to_owned(),
    ]);
    lines.extend(report.images.iter().map(|image| {
        let cells = [
            image.source.as_str(),
            &image.destination,
            &result(image),
            proof(image.proof),
            image.source_digest.as_deref().unwrap_or("–"),
            image.ecr_digest.as_deref().unwrap_or("–"),
        ];
        // A bar or a line break in a message would end the cell or the row.
        let cells = cells.map(|cell| cell.replace('|', "\\|").replace(['\r', '\n'], " "));
        format!("| {} |", cells.join(" | "))
    }));
    let left: Vec<_> = report.images.iter().flat_map(|image| &image.left_behind).collect();
    if !left.is_empty() {
        lines.extend([String::new(), "Signatures and other referrers that stayed behind:".into()]);
        lines.push(String::new());
        lines.extend(left.iter().map(|left| {
            format!("- `{}`: {}", left.name, left.error.message.replace(['\r', '\n'], " "))
        }));
    }
    lines.join("\n") + "\n"
}

fn csv(report: &MigrationReport) -> String {
    let header = "source,destination,result,proof,source_digest,pushed_digest,registry_digest,ecr_digest,sent_bytes,elapsed_ms";
    let rows = report.images.iter().map(|image| {
        let optional = |digest: &Option<String>| digest.clone().unwrap_or_default();
        let cells = [
            image.source.clone(),
            image.destination.clone(),
            result(image),
            proof(image.proof).to_owned(),
            optional(&image.source_digest),
            optional(&image.pushed_digest),
            optional(&image.registry_digest),
            optional(&image.ecr_digest),
            image.sent_bytes.to_string(),
            image.elapsed_ms.to_string(),
        ];
        cells.map(|cell| csv_cell(&cell)).join(",")
    });
    std::iter::once(header.to_owned()).chain(rows).collect::<Vec<_>>().join("\r\n") + "\r\n"
}

/// A cell as RFC 4180 asks. A cell that a spreadsheet would take for a formula is made text.
fn csv_cell(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
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

fn moment(at_ms: u64) -> String {
    let seconds = i64::try_from(at_ms / 1000).unwrap_or(i64::MAX);
    let moment = OffsetDateTime::from_unix_timestamp(seconds).ok();
    moment.and_then(|moment| moment.format(&Rfc3339).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{AwsIdentity, ErrorCode, LeftBehind, Route};

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
            sent_bytes: 5,
            elapsed_ms: 7,
            left_behind: Vec::new(),
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
        let text = markdown(&report);
        assert!(text.ends_with("- `sha256:bb`: The repository holds too many.\n"), "{text}");
    }

    #[test]
    fn csv_keeps_its_cells_whole() {
        insta::assert_snapshot!(text(&report(), ReportFormat::Csv).unwrap());
        assert_eq!(csv_cell("=cmd()"), "'=cmd()");
    }

    #[test]
    fn json_reads_back_as_the_same_report() {
        let json = text(&report(), ReportFormat::Json).unwrap();
        assert_eq!(serde_json::from_str::<MigrationReport>(&json).unwrap(), report());
    }
}
