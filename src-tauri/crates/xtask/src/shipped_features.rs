//! Checks that features for tests are not part of the programs that are shipped. `cargo xtask test` runs it as its
//! part `features`.

use anyhow::{Result, bail};

use crate::process::Process;
use crate::workspace::Workspace;

/// Packages with a feature that only tests may enable.
const TEST_FEATURES: &[(&str, &str)] = &[
    ("transload-network", "testing"),
    ("transload-practice", "faults"),
    ("transload-registry", "testing"),
];

pub fn check(workspace: &Workspace) -> Result<()> {
    let arguments = [
        "tree",
        "--package",
        "transload",
        "--package",
        "transload-cli",
        "--edges",
        "normal,build",
        "--prefix",
        "none",
        "--format",
        "{p}|{f}",
    ];
    let tree = Process::cargo(&arguments, &workspace.root).output()?;
    let enabled = enabled(&tree);
    if !enabled.is_empty() {
        bail!("shipped programs contain features for tests: {}", enabled.join(", "));
    }
    println!("  no feature for tests is shipped");
    Ok(())
}

/// Returns the features for tests in the output of `cargo tree`, whose lines are `NAME VERSION …|FEATURES`.
fn enabled(tree: &str) -> Vec<String> {
    let mut enabled = Vec::new();
    for line in tree.lines() {
        let Some((package, features)) = line.split_once('|') else { continue };
        let name = package.split(' ').next().unwrap_or_default();
        for (test_package, feature) in TEST_FEATURES {
            let is_enabled = features.split([',', ' ']).any(|enabled| enabled == *feature);
            if name == *test_package && is_enabled {
                enabled.push(format!("{name}/{feature}"));
            }
        }
    }
    enabled.dedup();
    enabled
}

#[cfg(test)]
mod tests;
