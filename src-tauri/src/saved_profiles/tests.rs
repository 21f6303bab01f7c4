//! The list of saved profiles across restarts, kills, damaged files, and imports.

use std::fs;
use std::path::Path;

use tauri::App;
use tauri::test::{MockRuntime, mock_builder, mock_context, noop_assets};
use transload_contract::{
    AwsConnection, ImageSource, RepositorySettings, SavedProfile, TagMutability,
};
use transload_errors::ErrorCode;

use super::store::SavedProfiles;

fn profile(name: &str) -> SavedProfile {
    SavedProfile {
        id: String::new(),
        name: name.to_owned(),
        connection: AwsConnection::Practice,
        account_id: None,
        repository_prefix: "team/".to_owned(),
        rename_rules: Vec::new(),
        template: RepositorySettings {
            tag_mutability: TagMutability::Immutable.into(),
            scan_on_push: true,
            ..RepositorySettings::default()
        },
        source: None,
        is_default: false,
    }
}

/// One run of the program. Dropping it simulates a kill, because nothing is saved on exit.
struct Run {
    _app: App<MockRuntime>,
    profiles: SavedProfiles<MockRuntime>,
}

fn run(folder: &Path) -> Run {
    let app = mock_builder()
        .plugin(tauri_plugin_store::Builder::new().build())
        .build(mock_context(noop_assets()))
        .unwrap();
    let profiles = SavedProfiles::new(app.handle(), folder);
    Run { _app: app, profiles }
}

fn names(run: &Run) -> Vec<String> {
    run.profiles.list().unwrap().into_iter().map(|profile| profile.name).collect()
}

fn main_file(folder: &Path) -> std::path::PathBuf {
    folder.join("saved-profiles.json")
}

#[test]
fn a_saved_profile_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let saved = run(folder.path()).profiles.save(profile(" Home ")).unwrap();
    assert_eq!(saved.name, "Home");
    assert_eq!(run(folder.path()).profiles.list().unwrap(), [saved]);
}

#[test]
fn a_kill_in_the_middle_of_a_save_loses_nothing_and_is_said_once() {
    let folder = tempfile::tempdir().unwrap();
    let first = run(folder.path());
    first.profiles.save(profile("one")).unwrap();
    first.profiles.save(profile("two")).unwrap();
    let whole = fs::read(main_file(folder.path())).unwrap();
    for length in [0, 1, whole.len() / 2, whole.len() - 1] {
        fs::write(main_file(folder.path()), &whole[..length]).unwrap();
        let next = run(folder.path());
        let error = next.profiles.list().unwrap_err();
        assert_eq!(error.code, ErrorCode::StoreUnreadable, "{length}");
        assert_eq!(fs::read(error.subject.unwrap()).unwrap(), &whole[..length]);
        assert_eq!(names(&next), ["one", "two"]);
        assert_eq!(names(&run(folder.path())), ["one", "two"]);
    }
}

#[test]
fn a_change_that_only_reached_the_copy_when_the_program_was_killed_is_found() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path()).profiles.save(profile("one")).unwrap();
    let old = fs::read(main_file(folder.path())).unwrap();
    run(folder.path()).profiles.save(profile("two")).unwrap();
    fs::write(main_file(folder.path()), &old[..7]).unwrap();
    let next = run(folder.path());
    next.profiles.list().unwrap_err();
    assert_eq!(names(&next), ["one", "two"]);
}

#[test]
fn a_damaged_file_without_a_copy_is_kept_aside_and_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    for content in ["{", "[]", r#"{"version": 2, "profiles": []}"#, r#"{"version": 1}"#] {
        fs::write(main_file(folder.path()), content).unwrap();
        let run = run(folder.path());
        let error = run.profiles.list().unwrap_err();
        run.profiles.save(profile("new")).unwrap();
        assert_eq!(fs::read_to_string(error.subject.unwrap()).unwrap(), content);
        assert_eq!(names(&run), ["new"]);
        fs::remove_file(folder.path().join("saved-profiles.copy.json")).unwrap();
    }
    assert!(folder.path().join("saved-profiles.json.broken-4").exists());
}

#[test]
fn what_cannot_be_written_is_not_in_the_list() {
    let folder = tempfile::tempdir().unwrap();
    let run = run(folder.path());
    run.profiles.save(profile("one")).unwrap();
    // A folder with the name of the copy. Not even root can write to it as a file.
    let copy = folder.path().join("saved-profiles.copy.json");
    fs::remove_file(&copy).unwrap();
    fs::create_dir(&copy).unwrap();
    fs::write(copy.join("x"), "").unwrap();
    let refused = run.profiles.save(profile("two")).unwrap_err();
    assert_eq!(refused.code, ErrorCode::StorageFailed);
    assert_eq!(names(&run), ["one"]);
}

#[test]
fn a_name_is_taken_whatever_its_case() {
    let folder = tempfile::tempdir().unwrap();
    let run = run(folder.path());
    let saved = run.profiles.save(profile("Straße")).unwrap();
    assert_eq!(run.profiles.save(profile("STRAßE")).unwrap_err().code, ErrorCode::InputInvalid);
    assert_eq!(run.profiles.save(profile("  ")).unwrap_err().code, ErrorCode::InputInvalid);
    let renamed = SavedProfile { name: "straße".to_owned(), ..saved };
    assert_eq!(run.profiles.save(renamed.clone()).unwrap(), renamed);
}

#[test]
fn at_most_one_profile_is_the_default() {
    let folder = tempfile::tempdir().unwrap();
    let run = run(folder.path());
    let first = run.profiles.save(SavedProfile { is_default: true, ..profile("one") }).unwrap();
    run.profiles.save(SavedProfile { is_default: true, ..profile("two") }).unwrap();
    let defaults: Vec<bool> =
        run.profiles.list().unwrap().iter().map(|profile| profile.is_default).collect();
    assert_eq!(defaults, [false, true]);
    run.profiles.delete(&first.id).unwrap();
    assert_eq!(run.profiles.delete(&first.id).unwrap_err().code, ErrorCode::InputInvalid);
    assert_eq!(names(&run), ["two"]);
}

#[test]
fn an_address_with_a_password_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let run = run(folder.path());
    for address in ["https://AWS:eyJwYXls@registry.example", "AWS:eyJwYXls@registry.example:5000"] {
        let connection = AwsConnection::Profile {
            profile: "work".to_owned(),
            region: None,
            ecr_endpoint: None,
            registry_endpoint: Some(address.to_owned()),
        };
        let refused = run.profiles.save(SavedProfile { connection, ..profile("one") }).unwrap_err();
        assert!(!format!("{refused:?}").contains("eyJwYXls"));
    }
    assert!(!main_file(folder.path()).exists());
}

#[test]
fn an_export_can_be_imported_beside_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let run = run(folder.path());
    let saved = run.profiles.save(SavedProfile { is_default: true, ..profile("one") }).unwrap();
    let file = folder.path().join("export.json");
    run.profiles.export(std::slice::from_ref(&saved.id), &file).unwrap();
    let added = run.profiles.import(&file, false).unwrap();
    assert_eq!(added.len(), 1);
    assert_ne!(added[0].id, saved.id);
    assert_eq!(
        added[0],
        SavedProfile {
            id: added[0].id.clone(),
            name: "one 2".to_owned(),
            is_default: false,
            ..saved
        }
    );
    assert_eq!(names(&run), ["one", "one 2"]);
}

#[test]
fn endpoints_of_an_imported_file_must_be_allowed() {
    let at = |ecr: Option<&str>, registry: Option<&str>| AwsConnection::Profile {
        profile: "prod".to_owned(),
        region: None,
        ecr_endpoint: ecr.map(str::to_owned),
        registry_endpoint: registry.map(str::to_owned),
    };
    let plain = |host: &str| ImageSource::Registry { host: host.to_owned(), plain_http: true };
    let (none, endpoint) = (at(None, None), Some("https://evil.example"));
    let of_source = |source| SavedProfile { source: Some(source), ..profile("one") };
    for (saved, named) in [
        (SavedProfile { connection: none.clone(), ..profile("one") }, None),
        (SavedProfile { connection: at(endpoint, None), ..profile("one") }, endpoint),
        (SavedProfile { connection: at(None, endpoint), ..profile("one") }, endpoint),
        (of_source(ImageSource::Ecr { connection: at(endpoint, None) }), endpoint),
        (of_source(plain("registry.lan")), Some("http://registry.lan")),
        (of_source(plain("127.0.0.1:5000")), None),
        (of_source(ImageSource::Ecr { connection: none }), None),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let run = run(folder.path());
        let id = run.profiles.save(saved.clone()).unwrap().id;
        let file = folder.path().join("export.json");
        run.profiles.export(std::slice::from_ref(&id), &file).unwrap();
        let imported = run.profiles.import(&file, false);
        match named {
            None => assert_eq!(imported.unwrap().len(), 1, "{saved:?}"),
            Some(named) => {
                let refused = imported.unwrap_err();
                assert_eq!(refused.code, ErrorCode::EndpointsNotAllowed, "{saved:?}");
                assert!(refused.message.contains(named), "{refused:?}");
                assert_eq!(names(&run), ["one"], "nothing was added");
                assert_eq!(run.profiles.import(&file, true).unwrap().len(), 1);
            }
        }
    }
}

#[test]
fn a_file_that_is_no_export_adds_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let run = run(folder.path());
    let file = folder.path().join("export.json");
    for content in [
        "not json",
        r#"{"format": "other", "version": 1, "profiles": []}"#,
        r#"{"format": "transload-saved-profiles", "version": 2, "profiles": []}"#,
    ] {
        fs::write(&file, content).unwrap();
        assert_eq!(run.profiles.import(&file, true).unwrap_err().code, ErrorCode::InputInvalid);
    }
    assert_eq!(names(&run), [""; 0]);
}
