//! Waits for services on the session bus of a desktop.

use std::time::Duration;

use anyhow::Result;

use crate::program::Program;
use crate::tools::system_tool;
use crate::wait::wait_until_true;

/// How long a service may take to appear on the bus.
const START_LIMIT: Duration = Duration::from_secs(60);

/// Waits until a name has an owner on the bus.
pub(super) async fn wait_for(bus: &str, name: &str) -> Result<()> {
    let has_owner = async || {
        let reply = Program::new(system_tool("dbus-send")?)
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
        anyhow::Ok(reply.text().contains("true"))
    };
    let is_present = async || has_owner().await.unwrap_or(false);
    wait_until_true(START_LIMIT, &format!("{name} on the bus"), is_present).await
}
