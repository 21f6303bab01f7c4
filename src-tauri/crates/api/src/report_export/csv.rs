//! For a spreadsheet.

use super::{proof, result};
use crate::contract::MigrationReport;

pub(super) fn csv(report: &MigrationReport) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_would_be_a_formula_is_text() {
        assert_eq!(csv_cell("=cmd()"), "'=cmd()");
    }
}
