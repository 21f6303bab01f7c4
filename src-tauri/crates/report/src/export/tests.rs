//! Each format of an exported report.

use transload_contract::{
    AwsIdentity, ImageReport, ImageResult, ImageStanding, LeftBehind, PlatformProof, PolicyNotSet,
    Proof, ReportPart, Route,
};
use transload_errors::ErrorCode;
use transload_migration::RunEnd;

use serde_json::json;

use super::*;
use crate::summary::{blank_report, summarize};

/// A report of two parts of a plan, of which one image failed.
pub(crate) fn report() -> MigrationReport {
    let image = |number: u32, result: ImageResult, proof: Proof| ImageReport {
        image: number,
        source: format!("docker.io/dencold/pgcli:{number}"),
        destination: format!("registry/pgcli:{number}"),
        route: Route::RegistryToRegistry,
        standing: match result {
            ImageResult::Failed { .. } => ImageStanding::Failed,
            _ => ImageStanding::Equal,
        },
        result,
        source_digest: Some("sha256:aa".to_owned()),
        pushed_digest: Some("sha256:aa".to_owned()),
        registry_digest: Some("sha256:aa".to_owned()),
        ecr_digest: Some("sha256:aa".to_owned()),
        proof,
        platforms: vec![
            platform("linux/amd64", "c", true),
            platform("linux/arm64/v8", "d", proof == Proof::Equal),
        ],
        sent_bytes: Some(5),
        elapsed_ms: 7,
        left_behind: Vec::new(),
        source_moved_to: None,
        part_of: None,
    };
    let error = ApiError::new(ErrorCode::RegistryFailed, "It said \"no\" | twice,\nthen nothing.");
    let identity = AwsIdentity {
        account_id: "123456789012".to_owned(),
        arn: "arn:aws:iam::123456789012:user/me".to_owned(),
        region: "eu-west-1".to_owned(),
        expires_at_ms: None,
        practice: false,
        partition: "aws".to_owned(),
        endpoints: Default::default(),
    };
    let times_ms = (1_795_000_000_000, 1_500);
    let mut report = MigrationReport {
        repositories_created: vec!["pgcli".to_owned()],
        images: vec![
            image(1, ImageResult::Moved, Proof::Equal),
            image(2, ImageResult::Failed { error }, Proof::NotProved),
        ],
        sent_bytes: Some(10),
        skipped_bytes: 3,
        ..blank_report("migration-1".to_owned(), Some(identity), "registry".to_owned(), times_ms)
    };
    summarize(&mut report, RunEnd::Completed);
    report
}

/// What no one wants, in every place that a registry or an engine fills.
/// The image of a platform, with a digest of one repeated character.
fn platform(platform: &str, digest: &str, in_ecr: bool) -> PlatformProof {
    let digest = format!("sha256:{}", digest.repeat(64));
    let proof = json!({"platform": platform, "digest": digest, "in_ecr": in_ecr});
    serde_json::from_value(proof).unwrap()
}

fn hostile() -> MigrationReport {
    const HOSTILE: &str = "=cmd|' /C calc'!A0`x`<script>alert(1)</script>\u{1b}[2J\u{202e}\r\n# [h](javascript:1),\"q\"|";
    let mut report = report();
    let error = ApiError::new(ErrorCode::RegistryFailed, HOSTILE);
    for image in &mut report.images {
        image.source = HOSTILE.to_owned();
        image.destination = HOSTILE.to_owned();
        image.source_moved_to = Some(HOSTILE.to_owned());
        image.part_of = Some(HOSTILE.to_owned());
        image.pushed_digest = Some(HOSTILE.to_owned());
        image.left_behind = vec![LeftBehind { name: HOSTILE.to_owned(), error: error.clone() }];
    }
    report.images[1].result = ImageResult::Failed { error: error.clone() };
    report.temporary_tags_left = vec![HOSTILE.to_owned()];
    report.repositories_created = vec![HOSTILE.to_owned()];
    report.identity.as_mut().unwrap().arn = HOSTILE.to_owned();
    report.registry = HOSTILE.to_owned();
    report.journal_error = Some(error.clone());
    report.run_error = Some(error);
    summarize(&mut report, RunEnd::Completed);
    report
}

#[test]
fn markdown_keeps_its_table_whole() {
    insta::assert_snapshot!(report_text(&report(), ReportFormat::Markdown).unwrap());
}

#[test]
fn csv_keeps_its_cells_whole() {
    insta::assert_snapshot!(report_text(&report(), ReportFormat::Csv).unwrap());
}

#[test]
fn html_is_one_page_without_anything_from_elsewhere() {
    let mut report = report();
    report.images[0].source = "docker.io/<script>alert(1)</script>:1".to_owned();
    let page = report_text(&report, ReportFormat::Html).unwrap();
    assert!(!page.contains("<script"), "{page}");
    assert!(!page.contains("http"), "{page}");
    insta::assert_snapshot!(page);
}

#[test]
fn hostile_text_is_inert_in_every_format() {
    let report = hostile();
    let of = |format| report_text(&report, format).unwrap();
    let (markdown, html) = (of(ReportFormat::Markdown), of(ReportFormat::Html));
    let (csv, json) = (of(ReportFormat::Csv), of(ReportFormat::Json));
    for written in [&markdown, &html, &csv, &json] {
        assert!(!written.contains('\u{1b}'), "{written}");
    }
    for written in [&markdown, &html, &csv] {
        assert!(!written.contains('\u{202e}'), "{written}");
    }
    for tag in ["<script", "&lt;script&gt;alert(1)\n"] {
        assert!(!html.contains(tag), "{html}");
    }
    // Neither markup nor a new line of its own.
    for markup in ["<script", "`", "[h]", "\n# [", "\n&#35;"] {
        assert!(!markdown.contains(markup), "{markup}: {markdown}");
    }
    let rows = markdown.lines().filter(|line| line.starts_with('|'));
    for row in rows {
        assert_eq!(row.matches('|').count(), 8, "{row}");
    }
    // Each record on its own line, each with as many cells, none a formula.
    for record in csv.split("\r\n").filter(|record| !record.is_empty()) {
        let cells = cells_of(record);
        assert_eq!(cells.len(), 18, "{record}");
        for cell in cells {
            assert!(!cell.trim_start().starts_with(['=', '+', '-', '@']), "{cell}");
        }
    }
    assert_eq!(serde_json::from_str::<MigrationReport>(&json).unwrap(), report);
}

/// The cells of a record as RFC 4180 reads them.
fn cells_of(record: &str) -> Vec<String> {
    let (mut cells, mut is_quoted) = (vec![String::new()], false);
    let mut characters = record.chars().peekable();
    while let Some(character) = characters.next() {
        let cell = cells.last_mut().unwrap();
        match character {
            '"' if is_quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => cells.push(String::new()),
            other => cell.push(other),
        }
    }
    cells
}

#[test]
fn what_needs_attention_is_in_every_format() {
    let mut report = report();
    let error = |message: &str| ApiError::new(ErrorCode::RegistryFailed, message);
    report.images[0].left_behind =
        vec![LeftBehind { name: "sha256:bb".to_owned(), error: error("It holds too many.") }];
    report.images[0].sent_bytes = None;
    report.sent_bytes = None;
    report.temporary_tags_left = vec!["registry/pgcli:temporary".to_owned()];
    report.journal_error = Some(error("The disk is full."));
    report.run_error = Some(error("A panic."));
    report.verified_at_ms = Some(1_795_000_500_000);
    summarize(&mut report, RunEnd::Completed);
    for format in
        [ReportFormat::Markdown, ReportFormat::Csv, ReportFormat::Html, ReportFormat::Json]
    {
        let written = report_text(&report, format).unwrap();
        for wanted in [
            "1 of 2 images failed",
            "2 images: 1 verified equal, 1 failed.",
            "sha256:bb",
            "It holds too many.",
            "registry/pgcli:temporary",
            "The history is incomplete: The disk is full.",
            "A panic.",
        ] {
            assert!(written.contains(wanted), "{format:?} without {wanted}: {written}");
        }
        let unknown = if format == ReportFormat::Json { "\"sent_bytes\": null" } else { "unknown" };
        assert!(written.contains(unknown), "{format:?}: {written}");
    }
}

#[test]
fn json_reads_back_as_the_same_report() {
    let json = report_text(&report(), ReportFormat::Json).unwrap();
    assert_eq!(serde_json::from_str::<MigrationReport>(&json).unwrap(), report());
}

#[test]
fn every_format_names_empty_repositories_and_missing_policies() {
    let mut report = report();
    report.repositories_empty = vec!["pgcli".to_owned()];
    let error = ApiError::new(ErrorCode::AccessDenied, "You may not do this.");
    report.policies_not_set = vec![
        PolicyNotSet { repository: "refused".to_owned(), error: Some(error) },
        PolicyNotSet { repository: "cancelled".to_owned(), error: None },
    ];
    summarize(&mut report, RunEnd::Completed);
    for format in
        [ReportFormat::Markdown, ReportFormat::Csv, ReportFormat::Html, ReportFormat::Json]
    {
        let text = report_text(&report, format).unwrap();
        for sentence in [
            "Repository pgcli was created, but no image was pushed to it. Undo deletes the repository.",
            "The lifecycle policy of repository refused is not set. You may not do this. To set",
            "The lifecycle policy of repository cancelled is not set. The migration was canceled",
        ] {
            assert!(text.contains(sentence), "{format:?}: {text}");
        }
    }
}

/// A report with a value of its own in every field.
fn distinct() -> MigrationReport {
    let mut report = report();
    let error = |message: &str, hint: &str| {
        let mut error = ApiError::new(ErrorCode::RegistryFailed, message).hint(hint);
        error.causes = vec![format!("cause of {message}")];
        error.subject = Some(format!("subject of {message}"));
        error.policy = Some(format!("policy of {message}").into());
        error
    };
    report.job = "migration-7f".to_owned();
    report.identity.as_mut().unwrap().practice = true;
    report.identity.as_mut().unwrap().expires_at_ms = Some(1_795_000_900_000);
    report.identity.as_mut().unwrap().endpoints.api = Some("api.example".to_owned());
    report.identity.as_mut().unwrap().endpoints.registry = Some("registry.example".to_owned());
    report.elapsed_ms = 61_000;
    report.sent_bytes = Some(700_001);
    report.skipped_bytes = 700_002;
    report.repositories_created = vec!["created-repository".to_owned()];
    report.repositories_empty = vec!["empty-repository".to_owned()];
    report.temporary_tags_left = vec!["registry/x:temporary-tag".to_owned()];
    let policy_error = Some(error("The policy is refused.", "Policy hint."));
    report.policies_not_set =
        vec![PolicyNotSet { repository: "policy-repository".to_owned(), error: policy_error }];
    report.journal_error = Some(error("The journal is full.", "Journal hint."));
    report.run_error = Some(error("The run panicked.", "Run hint."));
    let plan = "sha256:plan".to_owned();
    report.part = Some(ReportPart { plan, part: Some(3), parts: 700_003, plan_images: 700_004 });
    report.verified_at_ms = Some(1_795_000_500_000);
    let image = &mut report.images[0];
    image.image = 700_005;
    image.source_digest = Some("sha256:at-source".to_owned());
    image.pushed_digest = Some("sha256:pushed".to_owned());
    image.registry_digest = Some("sha256:in-registry".to_owned());
    image.ecr_digest = Some("sha256:in-ecr".to_owned());
    image.sent_bytes = Some(700_006);
    image.elapsed_ms = 700_007;
    image.source_moved_to = Some("sha256:moved-to".to_owned());
    image.part_of = Some("sha256:the-index".to_owned());
    let left = error("The referrer is refused.", "Referrer hint.");
    image.left_behind = vec![LeftBehind { name: "sha256:referrer".to_owned(), error: left }];
    report.images[1].result =
        ImageResult::Failed { error: error("The image is refused.", "Image hint.") };
    summarize(&mut report, RunEnd::Completed);
    report
}

/// Fields of the JSON report that a format shows in other words, or leaves out, with the reason.
const NOT_AS_THEY_ARE: &[(&str, &[&str], &str)] = &[
    ("CMH", &["outcome", "summary.status"], "in the title of the summary, in words"),
    ("CMH", &["summary.counts."], "in the text of the summary"),
    ("CMH", &["images.proof", "images.result.kind", "images.platforms.in_ecr"], "in words"),
    ("CMH", &["identity.practice", "started_at_ms", "elapsed_ms", "verified_at_ms"], "in words"),
    ("CMH", &["identity.expires_at_ms"], "says nothing about the migration"),
    ("CMH", &["identity.partition", "identity.endpoints."], "the ARN and the registry say it"),
    ("CMH", &["part.plan_images"], "the summary counts the images"),
    ("CMH", &[".causes", ".retryable", ".subject", ".policy"], "for programs and the window"),
    ("CMH", &["policies_not_set.error.code", "policies_not_set.error.hints"], "Resume sets it"),
    ("CMH", &["journal_error.code", "journal_error.hints"], "a note of the summary"),
    ("CMH", &["run_error.code", "run_error.hints"], "a note of the summary"),
    ("MH", &["images.image", "images.route", "images.elapsed_ms"], "a table to read has no room"),
    ("MH", &["images.standing", "images.result.error.code"], "in words"),
    ("MH", &["images.left_behind.error.code"], "in words"),
];

fn leaves(path: &str, value: &serde_json::Value, found: &mut Vec<(String, String)>) {
    use serde_json::Value;
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                leaves(&path, value, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| leaves(path, item, found)),
        Value::Null => {}
        Value::String(text) => found.push((path.to_owned(), text.clone())),
        other => found.push((path.to_owned(), other.to_string())),
    }
}

#[test]
fn every_field_of_the_report_is_in_every_format() {
    let report = distinct();
    let mut found = Vec::new();
    leaves("", &serde_json::to_value(&report).unwrap(), &mut found);
    let matches = |listed: &str, path: &str| match listed {
        ending if ending.starts_with('.') => path.ends_with(ending),
        start if start.ends_with('.') => path.starts_with(start),
        whole => path == whole,
    };
    for (letter, format) in
        [("C", ReportFormat::Csv), ("M", ReportFormat::Markdown), ("H", ReportFormat::Html)]
    {
        let written = report_text(&report, format).unwrap();
        // As the reader sees it.
        let written = match format {
            ReportFormat::Csv => written.replace("\"\"", "\""),
            ReportFormat::Html => written.replace("&quot;", "\"").replace("&#39;", "'"),
            _ => written.replace("&#95;", "_").replace("&#124;", "|"),
        };
        let listed = NOT_AS_THEY_ARE.iter().filter(|(formats, _, _)| formats.contains(letter));
        let listed: Vec<&str> = listed.flat_map(|(_, paths, _)| paths.iter().copied()).collect();
        for (path, value) in &found {
            let is_listed = listed.iter().any(|listed| matches(listed, path));
            assert!(is_listed || written.contains(value), "{format:?} lacks {path}: {written}");
        }
        for path in &listed {
            assert!(found.iter().any(|(of, _)| matches(path, of)), "{path} is no field");
        }
    }
}
