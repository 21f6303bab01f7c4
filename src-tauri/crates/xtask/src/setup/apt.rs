//! Installs system packages with apt.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use anyhow::{Result, bail};

use super::consent::Consent;
use super::system_packages::SystemPackage;
use crate::process::{Process, find_program};

/// Lists the missing packages, asks, and installs them.
pub fn install(missing: &[&SystemPackage], consent: Consent) -> Result<()> {
    if missing.is_empty() {
        return Ok(());
    }
    println!("Missing system packages:");
    for package in missing {
        println!("  {:24} {}", package.name, package.purpose);
    }
    let names: Vec<&str> = missing.iter().map(|package| package.name).collect();
    if find_program("apt-get").is_none() {
        bail!(
            "this system has no apt; install these packages (Debian and Ubuntu names): {}",
            names.join(" ")
        );
    }
    if consent == Consent::Ask && !is_confirmed(&names)? {
        bail!("nothing was installed; required packages: {}", names.join(" "));
    }
    // An outdated package list names files that the mirror no longer has.
    apt(&["update", "-q"])?;
    let mut install = vec!["install", "-y", "-q", "--no-install-recommends"];
    install.extend(names);
    apt(&install)
}

fn is_confirmed(names: &[&str]) -> Result<bool> {
    if !std::io::stdin().is_terminal() {
        bail!(
            "there is no terminal to ask for confirmation; use --yes to install with apt: {}",
            names.join(" ")
        );
    }
    print!("Install them with apt? [Y/n] ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    if std::io::stdin().read_line(&mut answer)? == 0 {
        return Ok(false);
    }
    Ok(matches!(answer.trim().to_lowercase().as_str(), "" | "y" | "yes"))
}

/// Runs `apt-get` as root and non-interactively.
pub fn apt(arguments: &[&str]) -> Result<()> {
    let here = Path::new(".");
    let is_root = Process::new("id", ["-u"], here).output()? == "0";
    // Another program may be installing packages, such as unattended-upgrades.
    let mut words =
        vec!["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=600"];
    if !is_root {
        words.insert(0, "sudo");
    }
    words.extend(arguments);
    Process::new(words[0], &words[1..], here).run()
}
