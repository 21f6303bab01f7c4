//! The fold of a job's events.

use serde_json::{Value, json};
use transload_errors::ApiError;

use crate::*;

fn planned(image: u32) -> Value {
    json!({
        "image": image, "selected": {"repository": "app", "tag": image.to_string()},
        "source": format!("docker.io/me/app:{image}"), "destination": format!("r/app:{image}"),
        "repository": "app", "tag": image.to_string(), "route": "registry_to_registry",
        "action": {"kind": "move"}, "source_digest": null, "destination_digest": null,
        "platforms": [], "size_bytes": 100, "remarks": [],
    })
}

/// A snapshot of a running job whose images do not stand at their numbers, and events of every kind.
fn job() -> (JobSnapshot, Vec<JobEvent>) {
    let error = || json!(ApiError::internal("a fault"));
    let progress = |finished: u32, sent: u64| {
        json!({
            "images_total": 2, "images_finished": finished, "images_failed": 0,
            "sent_bytes": sent, "skipped_bytes": 0, "total_bytes": 200,
        })
    };
    let identity = json!({
        "account_id": "111122223333", "arn": "arn", "region": "eu-west-1", "expires_at_ms": null,
        "practice": true, "partition": "aws",
        "endpoints": {"api": null, "registry": null, "fips": false, "dual_stack": false},
    });
    let summary = json!({
        "status": "success", "title": "Nothing to migrate", "text": "0 images: 0 verified equal.",
        "notes": [], "counts": OutcomeCounts::default(),
    });
    let report = json!({
        "job": "j", "outcome": "succeeded", "summary": summary, "identity": identity, "registry": "r",
        "started_at_ms": 7, "elapsed_ms": 999, "repositories_created": [], "images": [],
        "sent_bytes": 0, "skipped_bytes": 0, "temporary_tags_left": [], "journal_error": null,
    });
    let kinds = [
        json!({"type": "started", "images": [planned(3), planned(5)], "total_bytes": 200}),
        json!({"type": "step_started", "step": "log_in"}),
        json!({"type": "logged_in", "registry": "r", "expires_at_ms": 1}),
        json!({"type": "step_finished", "step": "log_in", "succeeded": 1, "failed": 0}),
        json!({"type": "step_started", "step": "push"}),
        json!({"type": "step_started", "step": "create"}),
        json!({"type": "repository_ready", "repository": "app", "created": true}),
        json!({"type": "repository_failed", "repository": "other", "error": error()}),
        json!({"type": "step_finished", "step": "create", "succeeded": 1, "failed": 1}),
        json!({"type": "image_state", "image": 5, "state": {"kind": "pushing"}}),
        json!({"type": "layer_state", "image": 5, "layer": "a",
            "state": {"kind": "sending", "sent_bytes": 10, "total_bytes": 50}}),
        json!({"type": "layer_state", "image": 5, "layer": "b", "state": {"kind": "already_there"}}),
        json!({"type": "layer_state", "image": 5, "layer": "a",
            "state": {"kind": "done", "sent_bytes": 50}}),
        json!({"type": "layer_state", "image": 9, "layer": "c", "state": {"kind": "mounted"}}),
        json!({"type": "progress", "progress": progress(0, 50)}),
        json!({"type": "paused"}),
        json!({"type": "resumed"}),
        json!({"type": "pulls_left", "pulls": {"left": 3, "limit": 100, "window_seconds": 60}}),
        json!({"type": "quota_used_up", "check_at_ms": 5}),
        json!({"type": "quota_renewed"}),
        json!({"type": "sign_in_needed", "error": error()}),
        json!({"type": "signed_in"}),
        json!({"type": "sign_in_needed", "error": error()}),
        json!({"type": "journal_state", "error": error()}),
        json!({"type": "quota_used_up", "check_at_ms": 6}),
        json!({"type": "image_state", "image": 5, "state": {"kind": "done"}}),
        json!({"type": "image_state", "image": 3, "state": {"kind": "failed", "error": error()}}),
        json!({"type": "image_state", "image": 9, "state": {"kind": "done"}}),
        json!({"type": "progress", "progress": progress(2, 50)}),
        json!({"type": "step_finished", "step": "push", "succeeded": 1, "failed": 1}),
        json!({"type": "finished", "report": report}),
    ];
    let event = |(seq, kind): (usize, Value)| {
        let kind: JobEventKind = serde_json::from_value(kind).unwrap();
        JobEvent { job: "j".to_owned(), seq: seq as u64, elapsed_ms: 10 * seq as u64, kind }
    };
    let snapshot = JobSnapshot {
        job: "j".to_owned(),
        next_seq: 0,
        started_at_ms: 7,
        elapsed_ms: 0,
        status: JobStatus::Running,
        steps_under_way: Vec::new(),
        steps_finished: Vec::new(),
        images: Vec::new(),
        progress: JobProgress::default(),
        source: ImageSource::DockerEngine,
        connection: AwsConnection::Practice,
        pulls_left: None,
        quota_check_at_ms: None,
        sign_in_error: None,
        report: None,
    };
    (snapshot, kinds.into_iter().enumerate().map(event).collect())
}

/// What a reader knows before, and after each event. The window's fold is tested with it.
pub fn fold() -> (Value, Vec<Value>) {
    let (mut snapshot, events) = job();
    let begin = json!(snapshot);
    let steps = events
        .iter()
        .map(|event| {
            snapshot.apply(event);
            json!({"event": event, "snapshot": snapshot})
        })
        .collect();
    (begin, steps)
}

#[test]
fn a_snapshot_knows_what_its_events_said() {
    let (mut snapshot, events) = job();
    events.iter().for_each(|event| snapshot.apply(event));
    assert_eq!(snapshot.next_seq, events.len() as u64);
    assert_eq!(snapshot.status, JobStatus::Finished);
    assert_eq!(snapshot.elapsed_ms, 999);
    assert!(snapshot.steps_under_way.is_empty());
    assert_eq!(
        snapshot.steps_finished,
        [MigrationStep::LogIn, MigrationStep::Create, MigrationStep::Push]
    );
    let [failed, done] = &snapshot.images[..] else { panic!("{:?}", snapshot.images) };
    assert!(matches!(failed.state, ImageState::Failed { .. }));
    assert_eq!(done.state, ImageState::Done);
    let layers: Vec<_> = done.layers.iter().map(|one| (one.layer.as_str(), &one.state)).collect();
    let sent = LayerState::Done { sent_bytes: 50 };
    assert_eq!(layers, [("a", &sent), ("b", &LayerState::AlreadyThere { total_bytes: None })]);
    assert_eq!((snapshot.progress.images_finished, snapshot.progress.sent_bytes), (2, 50));
    assert_eq!(snapshot.quota_check_at_ms, Some(6));
    assert!(snapshot.sign_in_error.is_some() && snapshot.report.is_some());
}

#[test]
fn a_large_job_forgets_the_layers_of_finished_images() {
    let (mut snapshot, events) = job();
    let many: Vec<PlannedImage> =
        (0..501).map(|image| serde_json::from_value(planned(image)).unwrap()).collect();
    for event in &events[..13] {
        let mut event = event.clone();
        if let JobEventKind::Started { images, .. } = &mut event.kind {
            images.clone_from(&many);
        }
        snapshot.apply(&event);
    }
    assert_eq!(snapshot.images[5].layers.len(), 2);
    let state = ImageState::Done;
    let kind = JobEventKind::ImageState { image: 5, state };
    snapshot.apply(&JobEvent { job: "j".to_owned(), seq: 13, elapsed_ms: 0, kind });
    assert!(snapshot.images[5].layers.is_empty());
}
