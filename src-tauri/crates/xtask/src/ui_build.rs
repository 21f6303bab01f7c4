//! Builds the pages that the window's program is compiled with.

use anyhow::Result;

use crate::process::Process;
use crate::setup::programs;
use crate::workspace::Workspace;

/// Installs the packages of `ui/` and builds the pages.
pub fn build(workspace: &Workspace) -> Result<()> {
    programs::ui_packages(workspace)?;
    Process::npm(&["run", "--silent", "build"], &workspace.ui()).run()
}
