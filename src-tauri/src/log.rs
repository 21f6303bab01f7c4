//! The log: one file per day, which users can attach to a question. `start` opens it.

use std::path::Path;

use tracing_appender::rolling::{InitError, RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

/// Older daily files are deleted.
const MAX_FILES: usize = 7;

/// What is logged. The AWS SDK logs access key IDs at `info`, and HTTP and Docker clients log headers and bodies at
/// `debug`, so their level is always `warn`.
const FILTER: &str = "info,aws_config=warn,aws_runtime=warn,aws_sdk_ecr=warn,aws_sdk_sts=warn,\
    aws_smithy_runtime=warn,aws_smithy_runtime_api=warn,aws_smithy_http_client=warn,\
    aws_sigv4=warn,bollard=warn,h2=warn,hyper=warn,hyper_util=warn,\
    reqwest=warn,rustls=warn,zbus=warn";

/// Why the log couldn't be opened.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// [`FILTER`] is invalid.
    #[error("the log filter is invalid")]
    Filter(#[source] ParseError),
    #[error("couldn't open the log file")]
    File(#[source] InitError),
}

/// Starts logging to a folder, including panics.
pub fn start(folder: &Path) -> Result<(), LogError> {
    let file = file(folder)?;
    let filter = EnvFilter::try_new(FILTER).map_err(LogError::Filter)?;
    let installed = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(file)
        .try_init();
    // A second call in the same process, as in tests, does not replace the first log.
    if installed.is_ok() {
        log_panics();
    }
    Ok(())
}

/// Unbuffered: the last lines before a crash are the most important ones.
fn file(folder: &Path) -> Result<RollingFileAppender, LogError> {
    RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("transload")
        .filename_suffix("log")
        .max_log_files(MAX_FILES)
        .build(folder)
        .map_err(LogError::File)
}

fn log_panics() {
    let default_hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let payload = panic.payload();
        let message = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("no message");
        let location = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(location, message, "panic");
        default_hook(panic);
    }));
}

#[cfg(test)]
mod tests;
