//! Files are installed where the client reads them, and an undo restores every byte.

use transload_model::RegistryHost;

use super::*;
use crate::generate::file::VPC_RESOLVER;
use crate::name::FriendlyName;

fn target() -> NameTarget {
    NameTarget {
        name: FriendlyName::parse("registry.example.com").unwrap(),
        registry: RegistryHost::parse("111122223333.dkr.ecr.eu-west-1.amazonaws.com").unwrap(),
        region: Some("eu-west-1".to_owned()),
        resolver: VPC_RESOLVER.to_owned(),
        hub_prefix: None,
    }
}

fn store(root: &Path) -> ClientFileStore {
    let clients = ClientFiles {
        etc: Some(root.join("etc")),
        home: Some(root.join("home")),
        ..ClientFiles::default()
    };
    ClientFileStore::new(clients, &root.join("data"))
}

/// Every file and folder below a folder, with the content of the files.
fn tree(root: &Path) -> Vec<(PathBuf, Option<Vec<u8>>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.push((path.clone(), None));
            found.extend(tree(&path));
        } else {
            found.push((path.clone(), Some(std::fs::read(&path).unwrap())));
        }
    }
    found.sort();
    found
}

#[test]
fn an_undo_restores_files_and_folders_to_the_byte_also_after_a_restart() {
    let existing: &[u8] = b"# \xff not UTF-8, no newline at the end";
    for id in INSTALLABLE {
        for before in [None, Some(existing)] {
            let root = tempfile::tempdir().unwrap();
            std::fs::create_dir_all(root.path().join("etc")).unwrap();
            let path = store(root.path()).path(&target(), id).unwrap();
            if let Some(before) = before {
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(&path, before).unwrap();
            }
            let original = (tree(&root.path().join("etc")), tree(&root.path().join("home")));
            store(root.path()).apply(&target(), id).unwrap();
            let installed = store(root.path()).inspect(&target(), id).unwrap();
            assert_eq!((installed.state, installed.undoable), (ClientFileState::Installed, true));
            // Installing it again changes nothing and doesn't hide what was there before.
            store(root.path()).apply(&target(), id).unwrap();
            store(root.path()).undo(&target(), id).unwrap();
            let now = (tree(&root.path().join("etc")), tree(&root.path().join("home")));
            assert!(now == original || before.is_none() && now.0 == original.0, "{id:?}");
            assert!(before.is_some() || !path.exists());
            let again = store(root.path()).undo(&target(), id);
            assert!(matches!(again, Err(ClientFileError::NothingToUndo { .. })));
        }
    }
}

#[test]
fn a_file_that_was_changed_since_is_kept() {
    let root = tempfile::tempdir().unwrap();
    let (store, id) = (store(root.path()), GeneratedFileId::RegistriesConf);
    store.apply(&target(), id).unwrap();
    let path = store.path(&target(), id).unwrap();
    std::fs::write(&path, "mine").unwrap();
    let shown = store.inspect(&target(), id).unwrap();
    assert_eq!((shown.state, shown.before.as_deref()), (ClientFileState::Different, Some("mine")));
    let refused = store.undo(&target(), id);
    assert!(matches!(refused, Err(ClientFileError::ChangedSince { .. })));
    assert_eq!(std::fs::read(&path).unwrap(), b"mine");
    assert!(!store.inspect(&target(), id).unwrap().undoable);
}

#[test]
fn a_folder_that_cannot_be_written_leaves_no_trace() {
    let root = tempfile::tempdir().unwrap();
    // A file where a folder must be, which also stops root.
    std::fs::write(root.path().join("etc"), "").unwrap();
    let store = store(root.path());
    let failed = store.apply(&target(), GeneratedFileId::HostsToml);
    assert!(matches!(failed, Err(ClientFileError::NotWritable { .. })), "{failed:?}");
    let again = store.undo(&target(), GeneratedFileId::HostsToml);
    assert!(matches!(again, Err(ClientFileError::NothingToUndo { .. })), "{again:?}");
}

#[test]
fn a_record_that_cannot_be_read_loses_only_itself() {
    let root = tempfile::tempdir().unwrap();
    let records = root.path().join("data").join(RECORDS);
    std::fs::create_dir_all(records.parent().unwrap()).unwrap();
    std::fs::write(&records, r#"[{"path": "/etc/later", "patch": []}]"#).unwrap();
    let store = store(root.path());
    for id in INSTALLABLE {
        assert!(!store.inspect(&target(), id).unwrap().undoable);
        store.apply(&target(), id).unwrap();
        store.undo(&target(), id).unwrap();
    }
    assert!(std::fs::read_to_string(&records).unwrap().contains("/etc/later"));
}
