//! One page for a browser, fit to send: nothing in it is fetched from anywhere, and no script runs.

use super::{moment, outcome, platform, proof, result};
use crate::contract::{ImageReport, ImageResult, MigrationReport, Proof};

/// The page's own look, light and dark as the reader's system.
const STYLE: &str = "
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; }
dl { display: grid; grid-template-columns: max-content auto; gap: .25rem 1.5rem; }
dt { opacity: .7; } dd { margin: 0; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid #8884; }
code { font: 12px/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
.part td:first-child { padding-left: 1.5rem; opacity: .8; }
.good { color: light-dark(#037f0c, #29ad32); } .bad { color: light-dark(#d91515, #ff5d64); }
@media print { body { margin: 0; max-width: none; } }
";

pub(super) fn html(report: &MigrationReport) -> String {
    let rows: String = report.images.iter().map(row).collect();
    let facts = [
        ("Registry", report.registry.clone()),
        ("Account", format!("{} as {}", report.identity.account_id, report.identity.arn)),
        ("Region", report.identity.region.clone()),
        ("Started", moment(report.started_at_ms)),
        ("Duration", format!("{} s", report.elapsed_ms.div_ceil(1000))),
        ("Images", counts(report)),
        ("Bytes sent", report.sent_bytes.to_string()),
        ("Bytes that were there already", report.skipped_bytes.to_string()),
        ("Repositories created", report.repositories_created.join(", ")),
    ];
    let facts: String = facts
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("<dt>{name}</dt><dd>{}</dd>\n", escaped(value)))
        .collect();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <title>Migration to Amazon ECR</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <h1>Migration to Amazon ECR</h1>\n<p>{}</p>\n<dl>\n{facts}</dl>\n\
         <table>\n<thead><tr><th>Source</th><th>Destination</th><th>Result</th><th>Proof</th>\
         <th>Digest at the source</th><th>Digest in ECR</th></tr></thead>\n<tbody>\n{rows}</tbody>\n\
         </table>\n</body>\n</html>\n",
        outcome(report)
    )
}

fn counts(report: &MigrationReport) -> String {
    let count = |wanted: fn(&ImageResult) -> bool| {
        report.images.iter().filter(|image| wanted(&image.result)).count()
    };
    let mut parts = vec![format!("{} in all", report.images.len())];
    let named = [
        ("moved", count(|result| matches!(result, ImageResult::Moved))),
        ("unchanged", count(|result| matches!(result, ImageResult::Unchanged))),
        ("failed", count(|result| matches!(result, ImageResult::Failed { .. }))),
        ("not finished", count(|result| matches!(result, ImageResult::Cancelled))),
    ];
    let some = named.iter().filter(|(_, count)| *count > 0);
    parts.extend(some.map(|(name, count)| format!("{count} {name}")));
    parts.join(", ")
}

fn row(image: &ImageReport) -> String {
    let class = match (&image.result, image.proof) {
        (ImageResult::Failed { .. }, _) | (_, Proof::Different) => "bad",
        (_, Proof::Equal | Proof::EqualToPushed) => "good",
        _ => "",
    };
    let digest = |digest: &Option<String>| match digest {
        Some(digest) => format!("<code>{}</code>", escaped(digest)),
        None => "–".to_owned(),
    };
    let moved = match &image.source_moved_to {
        Some(now) => format!("<br>The tag is <code>{}</code> now.", escaped(now)),
        None => String::new(),
    };
    let parts = image.platforms.iter().map(|part| {
        let class = if part.in_ecr { "good" } else { "bad" };
        let at_source = Some(part.digest.clone());
        let in_ecr = at_source.clone().filter(|_| part.in_ecr);
        format!(
            "<tr class=\"part\"><td>{}</td><td></td><td></td><td class=\"{class}\">{}</td>\
             <td>{}</td><td>{}</td></tr>\n",
            escaped(&part.platform),
            platform(part.in_ecr),
            digest(&at_source),
            digest(&in_ecr),
        )
    });
    let parts: String = parts.collect();
    format!(
        "<tr><td>{}</td><td>{}</td><td>{}</td><td class=\"{class}\">{}</td><td>{}{moved}</td><td>{}</td></tr>\n{parts}",
        escaped(&image.source),
        escaped(&image.destination),
        escaped(&result(image)),
        proof(image.proof),
        digest(&image.source_digest),
        digest(&image.ecr_digest),
    )
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
