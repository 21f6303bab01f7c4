//! For a spreadsheet.

use transload_contract::{ImageReport, ImageResult, MigrationReport, PlatformProof};

use super::cells::{
    error_code, facts, headline, platform, proof, result, route, standing, verified_at,
    with_next_steps,
};
use super::escape;

/// A new column goes to the end, so that programs that count columns keep working.
const HEADER: [&str; 18] = [
    "source",
    "destination",
    "platform",
    "result",
    "proof",
    "source_digest",
    "pushed_digest",
    "registry_digest",
    "ecr_digest",
    "sent_bytes",
    "elapsed_ms",
    "standing",
    "source_moved_to",
    "detail",
    "part_of",
    "image",
    "route",
    "error_code",
];

type Row = [String; HEADER.len()];

/// A row for each tag, and after it one for each of its platforms and for each referrer that was not
/// copied; at the end one for each temporary tag and each fact about the whole.
pub(super) fn csv(report: &MigrationReport) -> String {
    let mut rows = vec![HEADER.map(str::to_owned)];
    for image in &report.images {
        rows.push(row(image));
        rows.extend(image.platforms.iter().map(|part| row_of_platform(image, part)));
        rows.extend(image.left_behind.iter().map(|left| {
            let why = with_next_steps(&left.error);
            let mut row = row_of(&left.name, &image.destination, "referrer not copied", &why);
            row[15] = image.image.to_string();
            row[17] = error_code(&left.error);
            row
        }));
    }
    let tags = report.temporary_tags_left.iter();
    rows.extend(tags.map(|tag| row_of("", tag, "temporary tag left in the Docker Engine", "")));
    let at = &report.registry;
    rows.push(row_of("", at, "summary", &headline(report)));
    rows.extend(report.summary.notes.iter().map(|note| row_of("", at, "note", note)));
    rows.extend(verified_at(report).map(|text| row_of("", at, "note", &text)));
    let facts = facts(report).into_iter();
    rows.extend(facts.map(|(name, value)| row_of("", at, "fact", &format!("{name}: {value}"))));
    let lines = rows.into_iter().map(|cells| cells.map(|cell| escape::csv(&cell)).join(","));
    lines.collect::<Vec<_>>().join("\r\n") + "\r\n"
}

fn row_of(source: &str, destination: &str, result: &str, detail: &str) -> Row {
    let mut row: Row = Default::default();
    row[0] = source.to_owned();
    row[1] = destination.to_owned();
    row[3] = result.to_owned();
    row[13] = detail.to_owned();
    row
}

fn row(image: &ImageReport) -> Row {
    let optional = |digest: &Option<String>| digest.clone().unwrap_or_default();
    [
        image.source.clone(),
        image.destination.clone(),
        String::new(),
        result(image),
        proof(image.proof).to_owned(),
        optional(&image.source_digest),
        optional(&image.pushed_digest),
        optional(&image.registry_digest),
        optional(&image.ecr_digest),
        image.sent_bytes.map_or_else(|| "unknown".to_owned(), |bytes| bytes.to_string()),
        image.elapsed_ms.to_string(),
        standing(image.standing).to_owned(),
        optional(&image.source_moved_to),
        String::new(),
        optional(&image.part_of),
        image.image.to_string(),
        route(image.route).to_owned(),
        match &image.result {
            ImageResult::Failed { error } => error_code(error),
            ImageResult::Moved | ImageResult::Unchanged | ImageResult::Cancelled => String::new(),
        },
    ]
}

fn row_of_platform(image: &ImageReport, part: &PlatformProof) -> Row {
    let in_ecr = if part.in_ecr { part.digest.to_string() } else { String::new() };
    let mut row = row_of(&image.source, &image.destination, "", "");
    row[2] = part.platform.to_string();
    platform(part.in_ecr).clone_into(&mut row[4]);
    row[5] = part.digest.to_string();
    row[8] = in_ecr;
    row[15] = image.image.to_string();
    row
}
