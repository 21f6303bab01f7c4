//! For a spreadsheet.

use super::{platform, proof, result};
use crate::contract::{ImageReport, MigrationReport, PlatformProof};

/// A row for each tag, and behind it one for each of its platforms.
pub(super) fn csv(report: &MigrationReport) -> String {
    let header = "source,destination,platform,result,proof,source_digest,pushed_digest,registry_digest,ecr_digest,sent_bytes,elapsed_ms";
    let rows = report.images.iter().flat_map(|image| {
        let parts = image.platforms.iter().map(|part| row_of_platform(image, part));
        std::iter::once(row(image)).chain(parts)
    });
    let rows = rows.map(|cells| cells.map(|cell| csv_cell(&cell)).join(","));
    std::iter::once(header.to_owned()).chain(rows).collect::<Vec<_>>().join("\r\n") + "\r\n"
}

fn row(image: &ImageReport) -> [String; 11] {
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
        image.sent_bytes.to_string(),
        image.elapsed_ms.to_string(),
    ]
}

fn row_of_platform(image: &ImageReport, part: &PlatformProof) -> [String; 11] {
    let in_ecr = if part.in_ecr { part.digest.clone() } else { String::new() };
    [
        image.source.clone(),
        image.destination.clone(),
        part.platform.clone(),
        String::new(),
        platform(part.in_ecr).to_owned(),
        part.digest.clone(),
        String::new(),
        String::new(),
        in_ecr,
        String::new(),
        String::new(),
    ]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_would_be_a_formula_is_text() {
        assert_eq!(csv_cell("=cmd()"), "'=cmd()");
    }
}
