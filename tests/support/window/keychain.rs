//! An unlocked GNOME Keyring on the session bus of a desktop. Its files are in the folder of the desktop.

use std::path::Path;

use anyhow::{Context, Result};

use crate::process::Process;
use crate::tools::system_tool;
use crate::window::bus;
use crate::window::files::write_program;

/// Starts it. It ends when it is dropped.
pub(super) async fn start(
    folder: &Path,
    bus: &str,
    environment: Vec<(String, String)>,
) -> Result<Process> {
    // It reads the password of the keychain from its standard input until the end.
    let program = folder.join("keychain");
    let script = format!(
        "#!/bin/sh\nexec '{}' --foreground --components=secrets --unlock <<END\nstage\nEND\n",
        system_tool("gnome-keyring-daemon")?.display()
    );
    write_program(&program, &script)?;
    let process = Process::start(&program, [] as [&str; 0], environment)?;
    bus::wait_for(bus, "org.freedesktop.secrets").await.with_context(|| process.output_tail())?;
    Ok(process)
}
