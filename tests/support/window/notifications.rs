//! The notifications on a desktop, shown by dunst.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::process::Process;
use crate::program::Program;
use crate::tools::system_tool;
use crate::window::bus;

/// Starts dunst. It ends when it is dropped.
pub(super) async fn start(bus: &str, environment: Vec<(String, String)>) -> Result<Process> {
    let process = Process::start(&system_tool("dunst")?, ["-verbosity", "info"], environment)?;
    let name = "org.freedesktop.Notifications";
    bus::wait_for(bus, name).await.with_context(|| process.output_tail())?;
    Ok(process)
}

/// Titles and texts of all notifications, current and past ones.
pub(super) async fn shown(bus: &str) -> Result<Vec<(String, String)>> {
    let dunstctl = async |what: &str| {
        Program::new(system_tool("dunstctl")?)
            .variable("DBUS_SESSION_BUS_ADDRESS", bus)
            .arguments([what])
            .succeed()
            .await
    };
    // Only closed notifications are listed.
    dunstctl("close-all").await?;
    let listed: Value = serde_json::from_str(&dunstctl("history").await?.text())?;
    let notices = listed["data"].as_array().into_iter().flatten();
    let notices = notices.filter_map(Value::as_array).flatten();
    let text =
        |notice: &Value, name: &str| notice[name]["data"].as_str().unwrap_or_default().to_owned();
    Ok(notices.map(|notice| (text(notice, "summary"), text(notice, "body"))).collect())
}
