//! Changes of layers over each other.

use super::*;
use crate::layer_files::ListSource;

fn layer(entries: &[(&str, FileKind, u64)]) -> LayerFiles {
    let entry = |(path, kind, size_bytes): &(&str, FileKind, u64)| FileEntry {
        path: (*path).to_owned(),
        kind: *kind,
        size_bytes: *size_bytes,
        mode: 0o644,
        uid: 0,
        gid: 0,
        modified_at_ms: None,
        link: None,
        change: None,
    };
    LayerFiles {
        digest: Digest::of(b"layer"),
        source: ListSource::Stream,
        read_bytes: 0,
        stopped: None,
        entries: entries.iter().map(entry).collect(),
    }
}

const FILE: FileKind = FileKind::File;
const FOLDER: FileKind = FileKind::Directory;

fn image() -> [LayerFiles; 4] {
    [
        layer(&[
            ("etc", FOLDER, 0),
            ("etc/a", FILE, 10),
            ("etc/b", FILE, 20),
            ("var/x/y", FILE, 5),
        ]),
        // Changes one file, adds another.
        layer(&[("etc", FOLDER, 0), ("etc/a", FILE, 11), ("etc/c", FILE, 1)]),
        // Deletes a file and a folder, and something that doesn't exist.
        layer(&[
            ("etc/b", FileKind::Deletion, 0),
            ("var", FileKind::Deletion, 0),
            ("none", FileKind::Deletion, 0),
        ]),
        // Empties a folder and adds a file to it, in this order.
        layer(&[("etc/d", FILE, 3), ("etc", FileKind::Emptied, 0)]),
    ]
}

#[test]
fn the_changes_of_each_layer_and_hidden_bytes_are_counted() {
    let found = stack_changes(&image());
    let counts: Vec<_> = found
        .layers
        .iter()
        .map(|one| (one.added, one.changed, one.deleted, one.bytes, one.hides_bytes))
        .collect();
    assert_eq!(counts, [(3, 0, 0, 35, 0), (1, 1, 0, 12, 10), (0, 0, 2, 0, 25), (1, 0, 2, 3, 12)]);
    assert_eq!(found.hidden_bytes, 47);
    let hidden: Vec<_> = found
        .hidden_files
        .iter()
        .map(|file| (file.path.as_str(), file.bytes, file.in_layer, file.hidden_by))
        .collect();
    assert_eq!(
        hidden,
        [
            ("etc/b", 20, 1, 3),
            ("etc/a", 11, 2, 4),
            ("etc/a", 10, 1, 2),
            ("var/x/y", 5, 1, 3),
            ("etc/c", 1, 2, 4)
        ]
    );
    assert!(!found.is_incomplete);
}

#[test]
fn each_entry_says_what_it_does_to_the_layers_below() {
    let [first, second, mut third, _] = image();
    let mut lowest = first.clone();
    let change = |files: &LayerFiles| -> Vec<_> {
        files.entries.iter().map(|entry| entry.change.unwrap()).collect()
    };
    mark_changes(&[], &mut lowest);
    assert!(change(&lowest).iter().all(|change| *change == FileChange::Added));
    let mut marked = second.clone();
    mark_changes(std::slice::from_ref(&first), &mut marked);
    assert_eq!(change(&marked), [FileChange::Unchanged, FileChange::Changed, FileChange::Added]);
    mark_changes(&[first, second], &mut third);
    assert_eq!(change(&third), [FileChange::Deleted, FileChange::Deleted, FileChange::Unchanged]);
}

#[test]
fn a_file_replaces_a_folder_and_sizes_may_be_invented() {
    let found = stack_changes(&[
        layer(&[("a", FOLDER, 0), ("a/b", FILE, u64::MAX), ("a/c", FILE, 2)]),
        layer(&[("a", FILE, 1)]),
    ]);
    assert_eq!((found.layers[1].changed, found.hidden_bytes), (1, u64::MAX));
}
