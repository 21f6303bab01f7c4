//! A keychain on the session bus of a stage: GNOME Keyring, unlocked, with its files on the stage.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use super::stage::write_program;
use crate::process::{Process, Run};
use crate::tools::system_tool;
use crate::wait::wait_until_true;

/// How long it may take to answer on the bus.
const START_LIMIT: Duration = Duration::from_secs(60);

/// Starts it; it ends when it is dropped.
pub(super) async fn start(
    folder: &Path,
    bus: &str,
    environment: Vec<(String, String)>,
) -> Result<Process> {
    // It reads the password of the keychain from its standard input, to the end.
    let program = folder.join("keychain");
    let script = format!(
        "#!/bin/sh\nexec '{}' --foreground --components=secrets --unlock <<END\nstage\nEND\n",
        system_tool("gnome-keyring-daemon")?.display()
    );
    write_program(&program, &script)?;
    let process = Process::start(&program, [] as [&str; 0], environment)?;
    let asked = async || {
        let asked = Run::new(system_tool("dbus-send")?)
            .variable("DBUS_SESSION_BUS_ADDRESS", bus)
            .arguments([
                "--session",
                "--print-reply",
                "--dest=org.freedesktop.DBus",
                "/",
                "org.freedesktop.DBus.NameHasOwner",
                "string:org.freedesktop.secrets",
            ])
            .finish()
            .await?;
        anyhow::Ok(asked.text().contains("true"))
    };
    wait_until_true(START_LIMIT, "the keychain", async || asked().await.unwrap_or(false))
        .await
        .with_context(|| process.output_tail())?;
    Ok(process)
}
