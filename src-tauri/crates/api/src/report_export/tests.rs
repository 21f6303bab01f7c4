use transload_engine::migration::RunEnd;

use super::*;
use crate::contract::{AwsIdentity, ErrorCode, LeftBehind, PlatformProof, PolicyNotSet, Route};
use crate::convert;

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
        ..convert::blank("migration-1".to_owned(), identity, "registry".to_owned(), times_ms)
    };
    convert::summarize(&mut report, RunEnd::Completed);
    report
}

/// What no one wants, in every place that a registry or an engine fills.
fn hostile() -> MigrationReport {
    const HOSTILE: &str = "=cmd|' /C calc'!A0`x`<script>alert(1)</script>\u{1b}[2J\u{202e}\r\n# [h](javascript:1),\"q\"|";
    let mut report = report();
    let error = ApiError::new(ErrorCode::RegistryFailed, HOSTILE);
    for image in &mut report.images {
        image.source = HOSTILE.to_owned();
        image.destination = HOSTILE.to_owned();
        image.source_moved_to = Some(HOSTILE.to_owned());
        image.platforms[0].platform = HOSTILE.to_owned();
        image.left_behind = vec![LeftBehind { name: HOSTILE.to_owned(), error: error.clone() }];
    }
    report.images[1].result = ImageResult::Failed { error: error.clone() };
    report.temporary_tags_left = vec![HOSTILE.to_owned()];
    report.repositories_created = vec![HOSTILE.to_owned()];
    report.identity.arn = HOSTILE.to_owned();
    report.registry = HOSTILE.to_owned();
    report.journal_error = Some(error.clone());
    report.run_error = Some(error);
    convert::summarize(&mut report, RunEnd::Completed);
    report
}

#[test]
fn markdown_keeps_its_table_whole() {
    insta::assert_snapshot!(text(&report(), ReportFormat::Markdown).unwrap());
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
fn hostile_text_is_inert_in_every_format() {
    let report = hostile();
    let of = |format| text(&report, format).unwrap();
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
        assert_eq!(cells.len(), 14, "{record}");
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
    convert::summarize(&mut report, RunEnd::Completed);
    for format in
        [ReportFormat::Markdown, ReportFormat::Csv, ReportFormat::Html, ReportFormat::Json]
    {
        let written = text(&report, format).unwrap();
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
    let json = text(&report(), ReportFormat::Json).unwrap();
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
    convert::summarize(&mut report, RunEnd::Completed);
    for format in
        [ReportFormat::Markdown, ReportFormat::Csv, ReportFormat::Html, ReportFormat::Json]
    {
        let text = text(&report, format).unwrap();
        for sentence in [
            "Repository pgcli was created, and no image was pushed to it. Undo deletes it.",
            "The lifecycle policy of repository refused is not set. You may not do this. Resume",
            "The lifecycle policy of repository cancelled is not set. The migration was cancelled",
        ] {
            assert!(text.contains(sentence), "{format:?}: {text}");
        }
    }
}
