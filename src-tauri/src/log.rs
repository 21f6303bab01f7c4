//! The log: one file a day, for the person to send with a question.

use std::path::Path;

use tracing_appender::rolling::{InitError, RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

/// How many daily files are kept.
const FILES_KEPT: usize = 7;

/// What is logged. The AWS SDK prints access key ids at `info`, and HTTP and Docker clients print
/// headers and bodies at `debug`, so these never go below `warn`, whatever anyone sets.
const FILTER: &str = "info,aws_config=warn,aws_runtime=warn,aws_sdk_ecr=warn,aws_sdk_sts=warn,\
    aws_smithy_runtime=warn,aws_smithy_runtime_api=warn,aws_smithy_http_client=warn,\
    aws_sigv4=warn,bollard=warn,h2=warn,hyper=warn,hyper_util=warn,\
    reqwest=warn,rustls=warn,zbus=warn";

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The filter above has a mistake.
    #[error("the log filter cannot be read")]
    Filter(#[source] ParseError),
    /// The folder cannot be written.
    #[error("the log file cannot be opened")]
    File(#[source] InitError),
}

/// Begins to log into a folder, panics too.
///
/// # Errors
/// A folder that cannot be written.
pub fn start(folder: &Path) -> Result<(), LogError> {
    let file = file(folder)?;
    let filter = EnvFilter::try_new(FILTER).map_err(LogError::Filter)?;
    let installed = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(file)
        .try_init();
    // A second call in one process, as in tests, keeps the first log.
    if installed.is_ok() {
        log_panics();
    }
    Ok(())
}

/// Written straight through, not from a thread of its own: what was logged just before a crash is
/// what the log is for.
fn file(folder: &Path) -> Result<RollingFileAppender, LogError> {
    RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("transload")
        .filename_suffix("log")
        .max_log_files(FILES_KEPT)
        .build(folder)
        .map_err(LogError::File)
}

fn log_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let payload = panic.payload();
        let message = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("no message");
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, message, "a fault of Transload itself");
        before(panic);
    }));
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    #[test]
    fn the_sdk_never_logs_its_key_ids() {
        let folder = tempfile::tempdir().unwrap();
        let subscriber =
            tracing_subscriber::registry().with(EnvFilter::try_new(FILTER).unwrap()).with(
                tracing_subscriber::fmt::layer()
                    .with_ansi(false)
                    .with_writer(file(folder.path()).unwrap()),
            );
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(target: "aws_config::profile", "AKIAIOSFODNN7EXAMPLE");
            tracing::debug!(target: "bollard::docker", "X-Registry-Auth");
            tracing::info!(target: "transload_engine::aws", "session opened");
            tracing::warn!(target: "aws_config::profile", "no region");
        });
        let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
        assert_eq!(files.len(), 1);
        let text = std::fs::read_to_string(files[0].as_ref().unwrap().path()).unwrap();
        assert!(text.contains("session opened") && text.contains("no region"), "{text}");
        assert!(!text.contains("AKIA") && !text.contains("X-Registry-Auth"), "{text}");
    }
}
