//! The sizes of the futures of the window's calls. A large future overflows the stack of a thread
//! that polls several of them, and a debug build has the largest ones.

use std::mem::size_of_val;

use transload_contract::{AwsConnection, ImageSource, MigrationRequest, Selection};

use crate::{Api, ApiOptions};

/// A hundredth of a thread's stack, which is 2 MiB.
const LIMIT_BYTES: usize = 20 * 1024;

#[test]
fn no_call_carries_more_than_a_hundredth_of_a_stack() {
    let folder = tempfile::tempdir().unwrap();
    let api = Api::new(ApiOptions::from_process(folder.path().to_path_buf()));
    let source = ImageSource::PracticeAccount { namespace: None };
    let request = MigrationRequest::new(AwsConnection::Practice, source.clone());
    let sizes = [
        ("migration_plan", size_of_val(&api.migration_plan_with_progress(request, |_| {}))),
        ("migration_start", size_of_val(&api.migration_start(String::new()))),
        ("migration_resume", size_of_val(&api.migration_resume(String::new()))),
        ("migration_retry_failed", size_of_val(&api.migration_retry_failed(String::new()))),
        ("migration_undo_plan", size_of_val(&api.migration_undo_plan(String::new()))),
        ("migration_undo", size_of_val(&api.migration_undo(String::new(), |_| ()))),
        ("history_verify", size_of_val(&api.history_verify(String::new()))),
        (
            "source_choose",
            size_of_val(&api.source_choose_with_progress(
                source.clone(),
                Selection::default(),
                |_| {},
            )),
        ),
        ("source_repositories", size_of_val(&api.source_repositories(source.clone(), None))),
        ("source_tags", size_of_val(&api.source_tags(source, String::new(), None))),
        ("repositories_list", size_of_val(&api.repositories_list(AwsConnection::Practice))),
    ];
    let large: Vec<_> = sizes.iter().filter(|(_, bytes)| *bytes > LIMIT_BYTES).collect();
    assert!(large.is_empty(), "{large:?} of {sizes:?}");
}
