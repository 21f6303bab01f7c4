//! Notifications on the screen of a stage, shown by dunst.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::process::{Process, Run};
use crate::tools::system_tool;
use crate::window::bus;

/// Starts it; it ends when it is dropped.
///
/// # Errors
/// When it does not start.
pub(super) async fn start(bus: &str, environment: Vec<(String, String)>) -> Result<Process> {
    let process = Process::start(&system_tool("dunst")?, ["-verbosity", "info"], environment)?;
    let name = "org.freedesktop.Notifications";
    bus::wait_for(bus, name).await.with_context(|| process.output_tail())?;
    Ok(process)
}

/// Titles and texts of what is shown now, and of what was shown before.
///
/// # Errors
/// When the daemon does not answer.
pub(super) async fn shown(bus: &str) -> Result<Vec<(String, String)>> {
    let ask = async |what: &str| {
        Run::new(system_tool("dunstctl")?)
            .variable("DBUS_SESSION_BUS_ADDRESS", bus)
            .arguments([what])
            .succeed()
            .await
    };
    // Only what is closed is listed.
    ask("close-all").await?;
    let listed: Value = serde_json::from_str(&ask("history").await?.text())?;
    let notices = listed["data"].as_array().into_iter().flatten();
    let notices = notices.filter_map(Value::as_array).flatten();
    let text =
        |notice: &Value, name: &str| notice[name]["data"].as_str().unwrap_or_default().to_owned();
    Ok(notices.map(|notice| (text(notice, "summary"), text(notice, "body"))).collect())
}
