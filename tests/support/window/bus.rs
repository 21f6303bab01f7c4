//! The services on the session bus of a stage.

use std::time::Duration;

use anyhow::Result;

use crate::process::Run;
use crate::tools::system_tool;
use crate::wait::wait_until_true;

/// How long a service may take to answer on the bus.
const START_LIMIT: Duration = Duration::from_secs(60);

/// Waits until somebody has a name on a bus.
///
/// # Errors
/// When nobody takes it.
pub(super) async fn wait_for(bus: &str, name: &str) -> Result<()> {
    let asked = async || {
        let asked = Run::new(system_tool("dbus-send")?)
            .variable("DBUS_SESSION_BUS_ADDRESS", bus)
            .arguments([
                "--session",
                "--print-reply",
                "--dest=org.freedesktop.DBus",
                "/",
                "org.freedesktop.DBus.NameHasOwner",
                &format!("string:{name}"),
            ])
            .finish()
            .await?;
        anyhow::Ok(asked.text().contains("true"))
    };
    let is_there = async || asked().await.unwrap_or(false);
    wait_until_true(START_LIMIT, &format!("{name} on the bus"), is_there).await
}
