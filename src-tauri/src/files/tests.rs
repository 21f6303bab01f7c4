//! Every file of the data folder with an element that can't be read.

use serde_json::{Value, json};
use tauri::test::{mock_builder, mock_context, noop_assets};
use transload_contract::{ImageSource, Settings, Theme};

use super::*;
use crate::recent_sources::RecentSources;
use crate::saved_profiles::store::SavedProfiles;
use crate::settings::SettingsFile;

/// A file of the data folder whose elements are read on their own.
struct Store {
    file: &'static str,
    /// Its content, of which a later version wrote the part with `LATER`.
    content: Value,
    /// Reads the names of the elements, changes something, and reads them again.
    read_and_change: fn(&Path) -> [Vec<String>; 2],
    read: [&'static [&'static str]; 2],
}

/// The mark of an element that this version can't read.
const LATER: &str = "of a later version";

fn stores() -> [Store; 3] {
    let hub = |name: &str| json!({"kind": "docker_hub", "namespace": name});
    let profile = |name: &str| {
        json!({
            "id": name,
            "name": name,
            "connection": {"kind": "practice"},
            "account_id": null,
            "repository_prefix": "",
            "template": {
                "tag_mutability": "mutable",
                "exclusion_filters": [],
                "scan_on_push": false,
                "encryption": {"kind": "aes256"},
                "tags": {},
                "lifecycle": {"kind": "none"},
                "policy": null,
            },
            "source": null,
            "is_default": false,
        })
    };
    [
        Store {
            file: "recent_sources.json",
            content: json!([hub("one"), {"kind": LATER}, hub("two")]),
            read_and_change: |folder| {
                let recent = RecentSources::new(folder);
                let names = |sources: Vec<ImageSource>| {
                    let name = |source| match source {
                        ImageSource::DockerHub { namespace } => namespace,
                        other => panic!("{other:?}"),
                    };
                    sources.into_iter().map(name).collect()
                };
                let before = names(recent.list().unwrap());
                let added = ImageSource::DockerHub { namespace: "new".to_owned() };
                recent.add(added).unwrap();
                [before, names(recent.list().unwrap())]
            },
            read: [&["one", "two"], &["new", "one", "two"]],
        },
        Store {
            file: "saved-profiles.json",
            content: json!({
                "version": 1,
                "profiles": [profile("one"), {"id": "x", "name": LATER}, profile("two")],
            }),
            read_and_change: |folder| {
                let app = mock_builder()
                    .plugin(tauri_plugin_store::Builder::new().build())
                    .build(mock_context(noop_assets()))
                    .unwrap();
                let profiles = SavedProfiles::new(app.handle(), folder);
                // It is reported once.
                let error = profiles.list().unwrap_err();
                assert!(error.message.contains(LATER), "{}", error.message);
                let names = || {
                    let profiles = profiles.list().unwrap();
                    profiles.into_iter().map(|profile| profile.name).collect::<Vec<_>>()
                };
                let before = names();
                profiles.delete("one").unwrap();
                [before, names()]
            },
            read: [&["one", "two"], &["two"]],
        },
        Store {
            file: "settings.json",
            content: json!({"theme": "dark", "keep_awake": LATER, "ca_file": "/corp.pem"}),
            read_and_change: |folder| {
                let settings = SettingsFile::open(folder).unwrap();
                let names = |settings: Settings| {
                    assert!(settings.keep_awake, "the default");
                    let theme = format!("{:?}", settings.theme);
                    [Some(theme), settings.ca_file].into_iter().flatten().collect::<Vec<_>>()
                };
                let before = settings.get();
                settings.set(Settings { theme: Theme::Light, ..before.clone() }).unwrap();
                [names(before), names(SettingsFile::open(folder).unwrap().get())]
            },
            read: [&["Dark", "/corp.pem"], &["Light", "/corp.pem"]],
        },
    ]
}

#[test]
fn an_unreadable_element_loses_only_itself_and_is_not_overwritten() {
    for Store { file, content, read_and_change, read } in stores() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(file), content.to_string()).unwrap();
        let found = read_and_change(folder.path());
        assert_eq!(found[0], read[0], "{file}");
        assert_eq!(found[1], read[1], "{file}");
        let files = fs::read_dir(folder.path()).unwrap();
        let texts = files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
        assert!(texts.into_iter().any(|text| text.contains(LATER)), "{file} is overwritten");
    }
}
