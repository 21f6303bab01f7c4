//! Findings of both kinds by package.

use super::*;

fn finding(id: &str, severity: &str, packages: &[(&str, &str, Option<&str>)]) -> ScanFinding {
    let package = |(name, version, fixed_in): &(&str, &str, Option<&str>)| FoundPackage {
        name: (*name).to_owned(),
        version: Some((*version).to_owned()),
        fixed_in: fixed_in.map(str::to_owned),
        ..FoundPackage::default()
    };
    ScanFinding {
        id: id.to_owned(),
        severity: severity.to_owned(),
        fix_available: Some("YES".to_owned()),
        packages: packages.iter().map(package).collect(),
        ..ScanFinding::default()
    }
}

fn counts<const N: usize>(counted: [(Reported<Severity>, u64); N]) -> Vec<SeverityCount> {
    counted.map(|(severity, count)| SeverityCount { severity, count }).into()
}

#[test]
fn every_severity_is_counted_the_worst_first_and_an_unknown_one_as_ecr_wrote_it() {
    let words = [
        "BLOCKER",
        "",
        "UNDEFINED",
        "UNTRIAGED",
        "INFORMATIONAL",
        "LOW",
        "MEDIUM",
        "HIGH",
        "CRITICAL",
    ];
    let counted = [
        (Severity::Critical.into(), 1),
        (Severity::High.into(), 1),
        (Severity::Medium.into(), 1),
        (Severity::Low.into(), 1),
        (Severity::Informational.into(), 1),
        (Severity::Untriaged.into(), 1),
        (Severity::Undefined.into(), 2),
        (Reported::unknown("BLOCKER"), 1),
    ];
    let of_ecr = ScanFindings {
        counts: words
            .iter()
            .map(|word| ((*word).to_owned(), 1))
            .chain([("MINOR".to_owned(), 0)])
            .collect(),
        ..ScanFindings::default()
    };
    assert_eq!(finding_counts("x", Some(&of_ecr)).counts, counts(counted.clone()));
    let findings = words.iter().map(|word| finding("CVE", word, &[])).collect();
    let counted_here = ScanFindings { findings, ..ScanFindings::default() };
    assert_eq!(vulnerabilities(Some(counted_here)).counts, counts(counted));
}

#[test]
fn findings_are_grouped_by_package_with_the_worst_first() {
    let found = ScanFindings {
        status: "COMPLETE".to_owned(),
        findings: vec![
            finding("CVE-3", "LOW", &[("busybox", "1", None)]),
            finding("CVE-2", "HIGH", &[("openssl", "3.0.1", Some("3.0.2")), ("zlib", "1", None)]),
            finding("CVE-1", "CRITICAL", &[("openssl", "3.0.1", Some("3.0.3"))]),
            finding("CVE-4", "HIGH", &[("openssl", "3.0.1", Some("3.0.2"))]),
            finding("CVE-5", "UNTRIAGED", &[]),
            finding("CVE-6", "BLOCKER", &[("bash", "5", None), ("busybox", "1", None)]),
        ],
        ..ScanFindings::default()
    };
    let shown = vulnerabilities(Some(found));
    assert_eq!(shown.state, ScanState::Complete);
    let names: Vec<_> =
        shown.packages.iter().map(|one| (one.name.as_deref(), one.severity.clone())).collect();
    assert_eq!(
        names,
        [
            (Some("openssl"), Severity::Critical.into()),
            (Some("zlib"), Severity::High.into()),
            (Some("busybox"), Severity::Low.into()),
            (None, Severity::Untriaged.into()),
            (Some("bash"), Reported::unknown("BLOCKER")),
        ]
    );
    let ids: Vec<_> = shown.packages[2].vulnerabilities.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["CVE-3", "CVE-6"], "the unknown severity is the last one");
    let openssl = &shown.packages[0];
    let ids: Vec<_> = openssl.vulnerabilities.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["CVE-1", "CVE-2", "CVE-4"]);
    assert_eq!(openssl.fixed_in, ["3.0.2", "3.0.3"]);
    let counted = [
        (Severity::Critical.into(), 1),
        (Severity::High.into(), 2),
        (Severity::Low.into(), 1),
        (Severity::Untriaged.into(), 1),
        (Reported::unknown("BLOCKER"), 1),
    ];
    assert_eq!(shown.counts, counts(counted), "counted here, because ECR left the counts out");
}

#[test]
fn every_status_of_ecr_has_a_state() {
    for (status, state) in [
        ("IN_PROGRESS", ScanState::InProgress),
        ("PENDING", ScanState::InProgress),
        ("COMPLETE", ScanState::Complete),
        ("ACTIVE", ScanState::Active),
        ("FAILED", ScanState::Failed),
        ("UNSUPPORTED_IMAGE", ScanState::Unsupported),
        ("SCAN_ELIGIBILITY_EXPIRED", ScanState::Expired),
        ("FINDINGS_UNAVAILABLE", ScanState::Unavailable),
        ("LIMIT_EXCEEDED", ScanState::LimitExceeded),
        ("IMAGE_ARCHIVED", ScanState::Archived),
    ] {
        let found = ScanFindings { status: status.to_owned(), ..ScanFindings::default() };
        assert_eq!(finding_counts("x", Some(&found)).state, state);
        assert_eq!(vulnerabilities(Some(found)).state, state, "{status}");
    }
    let found = ScanFindings { status: "NEWER".to_owned(), ..ScanFindings::default() };
    assert_eq!(finding_counts("x", Some(&found)).state, Reported::unknown("NEWER"));
    assert_eq!(vulnerabilities(Some(found)).state, Reported::unknown("NEWER"));
    assert_eq!(vulnerabilities(None).state, ScanState::NotScanned);
    assert_eq!(finding_counts("x", None).state, ScanState::NotScanned);
}

#[test]
fn a_long_description_is_cut() {
    let long = ScanFinding {
        description: Some("é".repeat(DESCRIPTION_LIMIT + 1)),
        ..finding("CVE-1", "LOW", &[])
    };
    let shown = vulnerabilities(Some(ScanFindings { findings: vec![long], ..Default::default() }));
    let description = shown.packages[0].vulnerabilities[0].description.as_ref().unwrap();
    assert_eq!(description.chars().count(), DESCRIPTION_LIMIT);
}
