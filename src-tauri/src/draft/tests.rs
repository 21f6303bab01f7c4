//! Drafts that are stored, too large, or damaged.

use serde_json::json;
use transload_errors::ErrorCode;

use super::*;

#[test]
fn a_draft_is_stored_until_it_is_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let left = json!({"step": 2, "images": ["pgcli"]});
    Draft::new(folder.path()).set(Some(&left)).unwrap();
    assert_eq!(Draft::new(folder.path()).get().unwrap(), Some(left));
    Draft::new(folder.path()).set(Some(&Value::Null)).unwrap();
    assert_eq!(Draft::new(folder.path()).get().unwrap(), None);
    Draft::new(folder.path()).set(None).unwrap();
}

#[test]
fn a_draft_over_the_limit_is_rejected_and_the_previous_one_remains() {
    let folder = tempfile::tempdir().unwrap();
    let draft = Draft::new(folder.path());
    draft.set(Some(&json!(1))).unwrap();
    let error = draft.set(Some(&json!("x".repeat(MAX_BYTES)))).unwrap_err();
    assert_eq!(error.code, ErrorCode::InputInvalid);
    assert_eq!(draft.get().unwrap(), Some(json!(1)));
}

#[test]
fn a_damaged_draft_is_moved_aside() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("draft.json"), "{\"step\":").unwrap();
    assert_eq!(Draft::new(folder.path()).get().unwrap(), None);
    assert!(folder.path().join("draft.json.broken-1").exists());
}
