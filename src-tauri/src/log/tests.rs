//! What is never logged.

use tracing_subscriber::layer::SubscriberExt as _;

use super::*;

#[test]
fn the_sdk_never_logs_access_key_ids() {
    let folder = tempfile::tempdir().unwrap();
    let subscriber = tracing_subscriber::registry().with(EnvFilter::try_new(FILTER).unwrap()).with(
        tracing_subscriber::fmt::layer().with_ansi(false).with_writer(file(folder.path()).unwrap()),
    );
    tracing::subscriber::with_default(subscriber, || {
        tracing::info!(target: "aws_config::profile", "AKIAIOSFODNN7EXAMPLE");
        tracing::debug!(target: "bollard::docker", "X-Registry-Auth");
        tracing::info!(target: "transload_aws", "session opened");
        tracing::warn!(target: "aws_config::profile", "no region");
    });
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(files.len(), 1);
    let text = std::fs::read_to_string(files[0].as_ref().unwrap().path()).unwrap();
    assert!(text.contains("session opened") && text.contains("no region"), "{text}");
    assert!(!text.contains("AKIA") && !text.contains("X-Registry-Auth"), "{text}");
}
