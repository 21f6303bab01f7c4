//! Changes that run, that are finished, and that nobody finished.

use std::io::Write as _;

use super::*;
use transload_contract::{DestinationIdentity, ImageChangeKind};
use transload_model::{Digest, Tag};

fn change(number: u64) -> ImageChange {
    let destination = serde_json::json!({
        "account_id": "111122223333", "partition": "aws", "region": "eu-central-1", "registry": "h",
    });
    let destination: DestinationIdentity = serde_json::from_value(destination).unwrap();
    let tag = Tag::parse("prod").unwrap();
    let change = match number % 2 {
        0 => ImageChangeKind::TagAdded { tag, digest: Digest::of(b"image") },
        _ => ImageChangeKind::Archived { images: 3, refused: 1 },
    };
    ImageChange {
        changed_at_ms: number,
        destination,
        repository: "shop/api".to_owned(),
        change,
        outcome: ChangeOutcome::Made,
    }
}

fn unknown(number: u64) -> ImageChange {
    ImageChange { outcome: ChangeOutcome::Unknown, ..change(number) }
}

fn running(number: u64) -> ImageChange {
    ImageChange { outcome: ChangeOutcome::Running, ..change(number) }
}

#[test]
fn a_change_without_its_outcome_is_running_or_unknown_and_one_that_was_not_made_is_not_listed() {
    let folder = tempfile::tempdir().unwrap();
    let changes = ImageChanges::new(&folder.path().join("data"));
    assert_eq!(changes.list().unwrap(), []);
    let mut marks = Vec::new();
    for (id, number) in [("a", 1), ("b", 2), ("c", 3), ("d", 4)] {
        marks.push(changes.begin(id, &change(number)).unwrap());
    }
    assert_eq!(changes.list().unwrap(), [running(4), running(3), running(2), running(1)]);
    // As if the program ended, or ECR didn't answer.
    drop(marks.drain(..2));
    assert_eq!(changes.list().unwrap(), [running(4), running(3), unknown(2), unknown(1)]);
    drop(marks);
    assert_eq!(changes.list().unwrap(), [unknown(4), unknown(3), unknown(2), unknown(1)]);
    changes.finish("c", &change(3), true).unwrap();
    changes.finish("b", &change(2), false).unwrap();
    // The outcome can differ from what was intended.
    let fewer = ImageChangeKind::Archived { images: 1, refused: 3 };
    let fewer = ImageChange { change: fewer, ..change(1) };
    changes.finish("a", &fewer, true).unwrap();
    assert_eq!(changes.list().unwrap(), [unknown(4), change(3), fewer]);
    // The intents of these are in the older half of the file, which was deleted.
    changes.finish("e", &change(5), true).unwrap();
    changes.finish("f", &change(6), false).unwrap();
    assert_eq!(changes.list().unwrap()[0], change(5));
}

#[test]
fn lines_of_earlier_versions_are_listed_and_an_unreadable_one_loses_only_itself() {
    let folder = tempfile::tempdir().unwrap();
    let changes = ImageChanges::new(folder.path());
    let earlier = r#"{"changed_at_ms":1,"destination":{"account_id":"111122223333","partition":"aws",
        "region":"eu-central-1","registry":"h"},"repository":"shop/api","change":{"kind":"archived",
        "images":3,"refused":1}}"#;
    std::fs::write(folder.path().join(FILE), earlier.replace(['\n', ' '], "")).unwrap();
    changes.finish("a", &change(2), true).unwrap();
    // A line that a kill cut, and one that isn't text.
    for damage in [&b"{\"changed_at_ms\":"[..], b"\xff\xfe"] {
        let mut file = std::fs::File::options();
        let mut file = file.append(true).open(folder.path().join(FILE)).unwrap();
        file.write_all(damage).unwrap();
        changes.finish("b", &change(3), true).unwrap();
    }
    assert_eq!(changes.list().unwrap(), [change(3), change(2), change(1)]);
}

/// A change records its outcome before its mark is dropped, and the list is read again after it looked at the marks.
#[test]
fn a_change_that_is_finished_while_it_is_listed_is_never_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let changes = || ImageChanges::new(folder.path());
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for number in 0..300 {
                let id = number.to_string();
                let mark = changes().begin(&id, &change(number)).unwrap();
                changes().finish(&id, &change(number), true).unwrap();
                drop(mark);
            }
        });
        while !writer.is_finished() {
            let listed = changes().list().unwrap();
            let unknown = listed.iter().find(|one| one.outcome == ChangeOutcome::Unknown);
            assert_eq!(unknown, None);
        }
    });
    assert_eq!(changes().list().unwrap().len(), 300);
}

#[test]
fn an_id_never_leaves_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let changes = ImageChanges::new(folder.path());
    let _outside = RunningMark::set(folder.path().join("outside")).unwrap();
    changes.add("../outside", LineState::Intended, &change(1)).unwrap();
    assert_eq!(changes.list().unwrap(), [unknown(1)]);
}
