//! Chosen and other paths.

use transload_errors::ErrorCode;

use super::*;

#[test]
fn only_chosen_paths_are_accepted_and_only_for_their_purpose() {
    let chosen = ChosenPaths::default();
    let (report, profiles) = (Path::new("/home/me/report.md"), Path::new("/home/me/p.json"));
    assert!(chosen.check(Purpose::Save, report).is_err());
    chosen.remember(Purpose::Save, report);
    chosen.remember(Purpose::Open, profiles);
    // A failed write is retried with the same path.
    for _ in 0..2 {
        chosen.check(Purpose::Save, report).unwrap();
    }
    chosen.check(Purpose::Open, profiles).unwrap();
    for (purpose, path) in [
        (Purpose::Open, "/home/me/report.md"),
        (Purpose::Save, "/home/me/p.json"),
        (Purpose::Drop, "/home/me/p.json"),
        (Purpose::Save, "/home/me/../me/report.md"),
        (Purpose::Save, "/home/me/./report.md"),
        (Purpose::Save, "/home/me//report.md"),
        (Purpose::Save, "/home/me/report.md/"),
        (Purpose::Save, "report.md"),
        (Purpose::Save, "/home/me/.bashrc"),
        (Purpose::Save, ""),
        // A file that was chosen and not written isn't opened.
        (Purpose::Written, "/home/me/report.md"),
    ] {
        let error = chosen.check(purpose, Path::new(path)).expect_err(path);
        assert_eq!(error.code, ErrorCode::InputInvalid);
        assert!(!error.hints.is_empty());
    }
}

#[test]
fn only_what_was_written_is_opened() {
    let chosen = ChosenPaths::default();
    chosen.remember(Purpose::Save, Path::new("/home/me/plan.json"));
    chosen.remember(Purpose::Written, Path::new("/home/me/report.html"));
    chosen.check(Purpose::Written, Path::new("/home/me/report.html")).unwrap();
    for path in ["/home/me/plan.json", "/home/me/../me/report.html", "/bin/sh", ""] {
        let error = chosen.check(Purpose::Written, Path::new(path)).expect_err(path);
        assert_eq!(error.code, ErrorCode::InputInvalid);
        assert!(error.message.contains("exported"), "{error:?}");
    }
}

#[test]
fn old_choices_are_removed() {
    let chosen = ChosenPaths::default();
    let path = |number: usize| PathBuf::from(format!("/home/me/{number}"));
    for number in 0..=MAX_CHOICES {
        chosen.remember(Purpose::Save, &path(number));
    }
    assert!(chosen.check(Purpose::Save, &path(0)).is_err());
    for number in 1..=MAX_CHOICES {
        chosen.check(Purpose::Save, &path(number)).unwrap();
    }
}
