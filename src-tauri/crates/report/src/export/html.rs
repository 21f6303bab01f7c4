//! One page for a browser, fit to send: nothing in it is fetched from anywhere, and no script runs.

use transload_contract::{ImageReport, ImageStanding, MigrationReport, SummaryStatus};

use super::cells::{
    bytes, facts, other_digests, platform, proof, result, verified_at, with_next_steps,
};
use super::escape::html as escaped;

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
td.num { white-space: nowrap; }
.note { border-left: 4px solid light-dark(#855900, #fbd332); padding-left: .75rem; }
.good { color: light-dark(#037f0c, #29ad32); } .bad { color: light-dark(#d91515, #ff5d64); }
@media print { body { margin: 0; max-width: none; } }
";

pub(super) fn html(report: &MigrationReport) -> String {
    let rows: String = report.images.iter().map(row).collect();
    let facts: String = facts(report)
        .iter()
        .map(|(name, value)| format!("<dt>{name}</dt><dd>{}</dd>\n", escaped(value)))
        .collect();
    let class = match report.summary.status {
        SummaryStatus::Success => "good",
        SummaryStatus::Error => "bad",
        SummaryStatus::Info
        | SummaryStatus::Warning
        | SummaryStatus::Stopped
        | SummaryStatus::InProgress => "",
    };
    let notes = report.summary.notes.iter().cloned().chain(verified_at(report));
    let notes: String =
        notes.map(|note| format!("<p class=\"note\">{}</p>\n", escaped(&note))).collect();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <title>Migration to Amazon ECR</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <h1>Migration to Amazon ECR</h1>\n<p class=\"{class}\"><strong>{}</strong></p>\n\
         <p>{}</p>\n{notes}<dl>\n{facts}</dl>\n\
         <table>\n<thead><tr><th>Source</th><th>Destination</th><th>Result</th><th>Proof</th>\
         <th>Source digest</th><th>Digest in ECR</th><th>Bytes uploaded</th></tr></thead>\n\
         <tbody>\n{rows}</tbody>\n</table>\n{}</body>\n</html>\n",
        escaped(&report.summary.title),
        escaped(&report.summary.text),
        left(report),
    )
}

fn row(image: &ImageReport) -> String {
    let class = match image.standing {
        ImageStanding::Failed => "bad",
        ImageStanding::Equal | ImageStanding::EqualToPushed => "good",
        ImageStanding::Kept | ImageStanding::NotFinished | ImageStanding::Unknown => "",
    };
    let digest = |digest: &Option<String>| match digest {
        Some(digest) => format!("<code>{}</code>", escaped(digest)),
        None => "–".to_owned(),
    };
    let moved = match &image.source_moved_to {
        Some(now) => format!("<br>The source tag now points to <code>{}</code>.", escaped(now)),
        None => String::new(),
    };
    let part_of = match &image.part_of {
        Some(index) => format!("<br>One platform of the index <code>{}</code>", escaped(index)),
        None => String::new(),
    };
    let others = other_digests(image).into_iter();
    let others: String = others
        .map(|(what, digest)| format!("<br>{what}: <code>{}</code>", escaped(digest)))
        .collect();
    let parts = image.platforms.iter().map(|part| {
        let class = if part.in_ecr { "good" } else { "bad" };
        let at_source = Some(part.digest.to_string());
        let in_ecr = at_source.clone().filter(|_| part.in_ecr);
        format!(
            "<tr class=\"part\"><td>{}</td><td></td><td></td><td class=\"{class}\">{}</td>\
             <td>{}</td><td>{}</td><td></td></tr>\n",
            escaped(&part.platform.to_string()),
            platform(part.in_ecr),
            digest(&at_source),
            digest(&in_ecr),
        )
    });
    let parts: String = parts.collect();
    format!(
        "<tr><td>{}</td><td>{}</td><td>{}</td><td class=\"{class}\">{}</td><td>{}{part_of}{moved}</td>\
         <td>{}{others}</td><td class=\"num\">{}</td></tr>\n{parts}",
        escaped(&image.source),
        escaped(&image.destination),
        escaped(&result(image)),
        proof(image.proof),
        digest(&image.source_digest),
        digest(&image.ecr_digest),
        bytes(image.sent_bytes),
    )
}

/// What was not copied, and what was left in the Docker Engine.
fn left(report: &MigrationReport) -> String {
    let section = |title: &str, items: Vec<String>| match items.concat() {
        items if items.is_empty() => String::new(),
        items => format!("<h2>{title}</h2>\n<ul>\n{items}</ul>\n"),
    };
    let referrers = report.images.iter().flat_map(|image| {
        image.left_behind.iter().map(|left| {
            format!(
                "<li><code>{}</code> of {}: {}</li>\n",
                escaped(&left.name),
                escaped(&image.source),
                escaped(&with_next_steps(&left.error))
            )
        })
    });
    let tags = report.temporary_tags_left.iter();
    let tags = tags.map(|tag| format!("<li><code>{}</code></li>\n", escaped(tag)));
    section("Referrers not copied", referrers.collect())
        + &section("Temporary tags in the Docker Engine", tags.collect())
}
