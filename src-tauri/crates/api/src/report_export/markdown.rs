//! For reading, and for an issue or a wiki.

use super::{moment, outcome, platform, proof, result};
use crate::contract::MigrationReport;

pub(super) fn markdown(report: &MigrationReport) -> String {
    let mut lines = vec![
        "# Migration to Amazon ECR".to_owned(),
        String::new(),
        outcome(report).to_owned(),
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
    lines.extend(report.images.iter().flat_map(|image| {
        let tag = row([
            &image.source,
            &image.destination,
            &result(image),
            proof(image.proof),
            image.source_digest.as_deref().unwrap_or("–"),
            image.ecr_digest.as_deref().unwrap_or("–"),
        ]);
        let parts = image.platforms.iter().map(|part| {
            let in_ecr = if part.in_ecr { part.digest.as_str() } else { "–" };
            row([&part.platform, "", "", platform(part.in_ecr), &part.digest, in_ecr])
        });
        std::iter::once(tag).chain(parts)
    }));
    let left: Vec<_> = report.images.iter().flat_map(|image| &image.left_behind).collect();
    if !left.is_empty() {
        lines.extend([String::new(), "Signatures and other referrers that stayed behind:".into()]);
        lines.push(String::new());
        lines.extend(left.iter().map(|left| {
            format!("- `{}`: {}", left.name, left.error.message.replace(['\r', '\n'], " "))
        }));
    }
    let moved: Vec<_> =
        report.images.iter().filter(|image| image.source_moved_to.is_some()).collect();
    if !moved.is_empty() {
        lines.extend([String::new(), "Tags that were moved at the source meanwhile:".into()]);
        lines.push(String::new());
        lines.extend(moved.iter().map(|image| {
            let now = image.source_moved_to.as_deref().unwrap_or_default();
            format!("- `{}` is `{now}` now", image.source)
        }));
    }
    lines.join("\n") + "\n"
}

/// A row of the table. A bar or a line break in a message would end the cell or the row.
fn row(cells: [&str; 6]) -> String {
    let cells = cells.map(|cell| cell.replace('|', "\\|").replace(['\r', '\n'], " "));
    format!("| {} |", cells.join(" | "))
}
