//! For reading, and for an issue or a wiki.

use transload_contract::MigrationReport;

use super::cells::{
    bytes, facts, other_digests, platform, proof, result, verified_at, with_next_steps,
};
use super::escape::markdown as escaped;

pub(super) fn markdown(report: &MigrationReport) -> String {
    let mut lines = vec![
        "# Migration to Amazon ECR".to_owned(),
        String::new(),
        format!("**{}**", escaped(&report.summary.title)),
        String::new(),
        escaped(&report.summary.text),
        String::new(),
    ];
    for note in report.summary.notes.iter().cloned().chain(verified_at(report)) {
        lines.extend([format!("> {}", escaped(&note)), String::new()]);
    }
    let facts = facts(report).into_iter();
    lines.extend(facts.map(|(name, value)| format!("- {name}: {}", escaped(&value))));
    lines.extend([
        String::new(),
        row(&[
            "Source",
            "Destination",
            "Result",
            "Proof",
            "Source digest",
            "Digest in ECR",
            "Bytes uploaded",
        ]),
        "|---|---|---|---|---|---|---|".to_owned(),
    ]);
    lines.extend(report.images.iter().flat_map(|image| {
        let dash = || "–".to_owned();
        let mut at_source = image.source_digest.clone().unwrap_or_else(dash);
        if let Some(index) = &image.part_of {
            at_source += &format!(", one platform of the index {index}");
        }
        let mut in_ecr = image.ecr_digest.clone().unwrap_or_else(dash);
        for (what, digest) in other_digests(image) {
            in_ecr += &format!(", {what}: {digest}");
        }
        let tag = row(&[
            &image.source,
            &image.destination,
            &result(image),
            proof(image.proof),
            &at_source,
            &in_ecr,
            &bytes(image.sent_bytes),
        ]);
        let parts = image.platforms.iter().map(|part| {
            let in_ecr = if part.in_ecr { part.digest.as_str() } else { "–" };
            row(&[
                &part.platform.to_string(),
                "",
                "",
                platform(part.in_ecr),
                part.digest.as_str(),
                in_ecr,
                "",
            ])
        });
        std::iter::once(tag).chain(parts)
    }));
    let referrers = report.images.iter().flat_map(|image| {
        image.left_behind.iter().map(|left| {
            let (name, source) = (escaped(&left.name), escaped(&image.source));
            format!("- {name} of {source}: {}", escaped(&with_next_steps(&left.error)))
        })
    });
    section(&mut lines, "Referrers not copied", referrers);
    let tags = report.temporary_tags_left.iter().map(|tag| format!("- {}", escaped(tag)));
    section(&mut lines, "Temporary tags in the Docker Engine", tags);
    let moved = report.images.iter().filter_map(|image| {
        let now = image.source_moved_to.as_deref()?;
        Some(format!("- {} now points to {}", escaped(&image.source), escaped(now)))
    });
    section(&mut lines, "Source tags that now point to another image", moved);
    lines.join("\n") + "\n"
}

fn section(lines: &mut Vec<String>, title: &str, items: impl Iterator<Item = String>) {
    let items: Vec<_> = items.collect();
    if !items.is_empty() {
        lines.extend([String::new(), format!("## {title}"), String::new()]);
        lines.extend(items);
    }
}

/// A row of the table.
fn row(cells: &[&str]) -> String {
    let cells: Vec<_> = cells.iter().map(|cell| escaped(cell)).collect();
    format!("| {} |", cells.join(" | "))
}
