//! Records that are written, listed and read again.

use super::*;
use transload_contract::{FreedBytes, ImageKind, ImageToDelete, NoUndoReason, RestoreTotals};
use transload_model::RepositoryName;

fn record(started_at_ms: u64, digest: &Digest) -> DeletionRecord {
    let image = ImageToDelete {
        digest: digest.clone(),
        kind: ImageKind::Image,
        tags: vec!["1".to_owned()],
        goes_with: digest.clone(),
        size_bytes: Some(5),
        pushed_at_ms: None,
        pulled_at_ms: None,
        is_archived: false,
    };
    let repository = RepositoryDeletionPlan {
        name: RepositoryName::parse("shop/api").unwrap(),
        deletes_repository: false,
        images: vec![image],
        tag: None,
        kept: Vec::new(),
        freed: FreedBytes { at_least: 5, at_most: 5, may_be_shared: false },
        unread_indexes: 0,
        undo_losses: Default::default(),
    };
    DeletionRecord {
        started_at_ms,
        connection: AwsConnection::Practice,
        destination: DestinationIdentity {
            account_id: "111122223333".to_owned(),
            partition: "aws".to_owned(),
            region: "eu-west-1".to_owned(),
            registry: "111122223333.dkr.ecr.eu-west-1.amazonaws.com".to_owned(),
            ecr_endpoint: None,
            registry_endpoint: None,
        },
        class: Some(CleanupClass::Unused),
        planned: DeletionTotals { repositories: 0, images: 1, tags: 1 },
        repositories: vec![repository],
        no_undo: vec![NoUndo { images: 1, why: NoUndoReason::Archived }],
    }
}

#[test]
fn records_are_listed_with_their_outcome_and_keep_whole_manifests() {
    let folder = tempfile::tempdir().unwrap();
    let records = DeletionRecords::new(folder.path());
    assert_eq!(records.list().unwrap(), []);
    let text = r#"{"schemaVersion":2}"#;
    let digest = Digest::of(text.as_bytes());
    let documents = DocumentCache::in_memory();
    documents.insert([(&digest, "application/x", text.as_bytes())], 1);
    let running = records.write(&record(1, &digest), &documents).unwrap().unwrap();
    let second = records.write(&record(2, &digest), &documents).unwrap().unwrap().id;
    assert_eq!((running.id.as_str(), second.as_str()), ("1-shop-api", "2-shop-api"));
    // The second one is as after a kill.
    let is_running: Vec<_> = records.list().unwrap().iter().map(|one| one.running).collect();
    assert_eq!(is_running, [false, true]);
    let first = running.id.clone();
    let manifest = &records.manifests(&first).unwrap()[&digest];
    assert_eq!((manifest.media_type.as_str(), manifest.text.as_str()), ("application/x", text));

    let report = DeletionReport {
        repositories: Vec::new(),
        planned: DeletionTotals { repositories: 0, images: 1, tags: 1 },
        deleted: DeletionTotals { repositories: 0, images: 1, tags: 1 },
        record: None,
        no_undo: Vec::new(),
        stopped: false,
    };
    records.finish(&first, &report).unwrap();
    let of_restore = |listed: Vec<DeletionEntry>| listed[1].restored.clone().unwrap();
    let planned = RestoreTotals { images: 1, tags: 2 };
    assert!(!records.list().unwrap()[1].running, "it has its outcome");
    drop(running);
    let (restored, mark) = records.begin_restore(&first, planned, 3).unwrap();
    assert!(of_restore(records.list().unwrap()).running);
    drop(mark);
    assert_eq!(of_restore(records.list().unwrap()), restored, "its outcome is unknown");
    let restored = restored.finish(planned, 4);
    records.restored(&first, &restored).unwrap();
    let listed = records.list().unwrap();
    assert_eq!(listed.len(), 2);
    assert_eq!((listed[0].deletion.as_str(), listed[0].deleted), ("2-shop-api", None));
    assert_eq!(listed[0].no_undo, record(2, &digest).no_undo);
    assert_eq!(
        (listed[1].deleted, listed[1].restored.as_ref()),
        (Some(report.deleted), Some(&restored))
    );
    let table = std::fs::read_to_string(&listed[1].table).unwrap();
    assert!(table.contains(&format!("shop/api,unused,{digest},1,5,,")), "{table}");

    // A damaged manifest isn't pushed.
    let file = folder.path().join(FOLDER).join("1-shop-api.manifests.json");
    let manifests = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, manifests.replace("2}", "3}")).unwrap();
    assert!(records.manifests(&first).unwrap().is_empty());
}

/// A restore records its outcome before its mark is dropped.
#[test]
fn a_restore_that_ends_while_it_is_listed_is_never_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let records = || DeletionRecords::new(folder.path());
    let (digest, documents) = (Digest::of(b"image"), DocumentCache::in_memory());
    let id = records().write(&record(1, &digest), &documents).unwrap().unwrap().id;
    std::thread::scope(|scope| {
        let restores = scope.spawn(|| {
            for number in 0..200 {
                let planned = RestoreTotals::default();
                let (begun, _mark) = records().begin_restore(&id, planned, number).unwrap();
                let done = begun.finish(RestoreTotals::default(), number);
                records().restored(&id, &done).unwrap();
            }
        });
        while !restores.is_finished() {
            let restored = records().list().unwrap().remove(0).restored;
            let is_known = restored.is_none_or(|one| one.running || one.restored.is_some());
            assert!(is_known);
        }
    });
}

#[test]
fn a_deletion_that_runs_or_is_being_restored_is_refused_until_then() {
    let folder = tempfile::tempdir().unwrap();
    let records = DeletionRecords::new(folder.path());
    let (digest, documents) = (Digest::of(b"image"), DocumentCache::in_memory());
    let deletion = records.write(&record(1, &digest), &documents).unwrap().unwrap();
    let other = records.write(&record(2, &digest), &documents).unwrap().unwrap().id;
    let id = deletion.id.clone();
    let refused = |id: &str| {
        let error = records.check_finished(id).err()?;
        assert_eq!(
            (error.code, error.subject.as_deref()),
            (ErrorCode::DeletionUnfinished, Some(id))
        );
        Some(error.message)
    };
    assert!(refused(&id).unwrap().starts_with("This deletion is still running"));
    assert_eq!(refused(&other), None, "as after a kill");
    drop(deletion);
    assert_eq!(refused(&id), None);
    let begin = || records.begin_restore(&id, RestoreTotals::default(), 1);
    let restore = begin().unwrap();
    assert!(refused(&id).unwrap().starts_with("A restore of this deletion is still running"));
    assert_eq!(begin().unwrap_err().code, ErrorCode::DeletionUnfinished, "another restore");
    drop(restore);
    assert_eq!(refused(&id), None);
    // As another process that planned its restore before the deletion began again.
    let _deletion = RunningMark::set(records.files.path(&id, DELETING)).unwrap();
    assert_eq!(begin().unwrap_err().code, ErrorCode::DeletionUnfinished, "the deletion runs");
}

#[test]
fn a_restore_after_one_whose_numbers_cannot_be_read_restored_at_least_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let records = DeletionRecords::new(folder.path());
    let (digest, documents) = (Digest::of(b"image"), DocumentCache::in_memory());
    let id = records.write(&record(1, &digest), &documents).unwrap().unwrap().id;
    let one = RestoreTotals { images: 1, tags: 0 };
    let restore = || {
        let (begun, _mark) = records.begin_restore(&id, one, 2).unwrap();
        records.restored(&id, &begun.finish(one, 3)).unwrap();
        let restored = records.list().unwrap().remove(0).restored.unwrap();
        (restored.restored.unwrap().images, restored.at_least)
    };
    assert_eq!([restore(), restore()], [(1, false), (2, false)]);
    records.files.put_text(&id, RESTORED, "{").unwrap();
    assert_eq!([restore(), restore()], [(1, true), (2, true)]);
}

/// ECR allows names of 256 characters, and file systems allow file names of 255 bytes.
#[test]
fn a_deletion_in_a_repository_with_the_longest_name_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let records = DeletionRecords::new(folder.path());
    let mut record = record(u64::MAX, &Digest::of(b"image"));
    record.repositories[0].name = RepositoryName::parse(&"a".repeat(256)).unwrap();
    let id = records.write(&record, &DocumentCache::in_memory()).unwrap().unwrap().id;
    assert_eq!(records.read(&id).unwrap().started_at_ms, u64::MAX);
    assert_eq!(records.list().unwrap()[0].repositories, ["a".repeat(256)]);
}

#[test]
fn a_record_that_cannot_be_read_is_listed_with_its_error_and_hides_no_other() {
    // The file, its content, and whether the repositories of the deletion are still known.
    for (file, content, is_known) in [
        (".record.json", "{", false),
        (".record.json", "{\"started_at_ms\": 1, \"later\": true}", false),
        (".outcome.json", "[]", true),
        (".restored.json", "", true),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let records = DeletionRecords::new(folder.path());
        let (digest, documents) = (Digest::of(b"image"), DocumentCache::in_memory());
        for started_at_ms in [1, 2, 3] {
            records.write(&record(started_at_ms, &digest), &documents).unwrap();
        }
        // As in a record of an earlier version.
        std::fs::remove_file(records.files.path("2-shop-api", HEAD)).unwrap();
        let damaged = records.files.path("2-shop-api", file);
        std::fs::write(&damaged, content).unwrap();
        let listed = records.list().unwrap();
        let times: Vec<_> = listed.iter().map(|entry| entry.started_at_ms).collect();
        assert_eq!(times, [3, 2, 1], "{file} {content}");
        let errors: Vec<_> = listed.iter().map(|entry| entry.error.is_some()).collect();
        assert_eq!(errors, [false, true, false], "{file} {content}");
        let error = listed[1].error.as_ref().unwrap();
        assert_eq!(error.code, ErrorCode::RecordUnreadable, "{file} {content}");
        assert!(error.message.contains(&damaged.display().to_string()), "{}", error.message);
        assert_eq!(listed[1].destination.is_some(), is_known, "{file} {content}");
        assert_eq!(!listed[1].repositories.is_empty(), is_known, "{file} {content}");
    }
}

fn report(deleted: u32) -> DeletionReport {
    DeletionReport {
        repositories: Vec::new(),
        planned: DeletionTotals { repositories: 0, images: 1, tags: 1 },
        deleted: DeletionTotals { repositories: 0, images: deleted, tags: 0 },
        record: None,
        no_undo: Vec::new(),
        stopped: true,
    }
}

/// The history is opened often, and a deletion can have 100,000 images.
#[test]
fn the_list_reads_the_heads_of_the_records_only() {
    let folder = tempfile::tempdir().unwrap();
    let records = DeletionRecords::new(folder.path());
    let mut record = record(1, &Digest::of(b"image"));
    let first = record.repositories[0].images[0].clone();
    record.repositories[0].images = (0..1_000_u64)
        .map(|number| ImageToDelete { digest: Digest::of(&number.to_be_bytes()), ..first.clone() })
        .collect();
    let id = records.write(&record, &DocumentCache::in_memory()).unwrap().unwrap().id;
    records.finish(&id, &report(7)).unwrap();
    assert!(std::fs::metadata(records.files.path(&id, HEAD)).unwrap().len() < 1_000);
    let listed = records.list().unwrap();
    assert!(listed[0].deleted == Some(report(7).deleted) && listed[0].stopped, "{listed:?}");
    // A record of an earlier version is read once.
    std::fs::remove_file(records.files.path(&id, HEAD)).unwrap();
    assert_eq!(records.list().unwrap(), listed);
    for large in [RECORD, OUTCOME] {
        records.files.put_text(&id, large, "not read").unwrap();
    }
    assert_eq!(records.list().unwrap(), listed);
}

#[test]
fn a_damaged_or_old_head_is_written_again_from_the_record() {
    // What happens to the files after the deletion, and the images that the list says are deleted.
    type Case = (&'static str, fn(&DeletionRecords), Option<u32>);
    let cases: [Case; 5] = [
        ("nothing", |_| {}, Some(7)),
        ("damaged", |records| records.files.put_text("1-shop-api", HEAD, "{").unwrap(), Some(7)),
        (
            "of a later version",
            |records| records.files.put_text("1-shop-api", HEAD, "[]").unwrap(),
            Some(7),
        ),
        (
            "the program ended before the head",
            |records| {
                let record = record(1, &Digest::of(b"image"));
                records.files.put("1-shop-api", HEAD, &RecordHead::from(&record)).unwrap();
            },
            Some(7),
        ),
        (
            "the program ended before the outcome",
            |records| {
                for file in [HEAD, OUTCOME] {
                    std::fs::remove_file(records.files.path("1-shop-api", file)).unwrap();
                }
            },
            None,
        ),
    ];
    for (case, change, deleted) in cases {
        let folder = tempfile::tempdir().unwrap();
        let records = DeletionRecords::new(folder.path());
        let record = record(1, &Digest::of(b"image"));
        records.write(&record, &DocumentCache::in_memory()).unwrap();
        records.finish("1-shop-api", &report(7)).unwrap();
        change(&records);
        for _ in 0..2 {
            let entry = records.list().unwrap().pop().unwrap();
            assert_eq!(
                (entry.repositories, entry.error),
                (vec!["shop/api".to_owned()], None),
                "{case}"
            );
            assert_eq!(entry.deleted.map(|deleted| deleted.images), deleted, "{case}");
            assert_eq!(
                (entry.planned, entry.stopped),
                (record.planned, deleted.is_some()),
                "{case}"
            );
        }
    }
}

#[test]
fn an_id_never_leaves_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let records = DeletionRecords::new(folder.path());
    for id in ["../other", "/etc/passwd", "a\\b", "1-unknown", ""] {
        assert_eq!(records.read(id).unwrap_err().code, ErrorCode::DeletionUnknown, "{id}");
    }
}
