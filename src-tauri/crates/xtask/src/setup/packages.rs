//! Installs packages of the system.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use anyhow::{Result, bail};

use super::Consent;
use super::needs::Need;
use crate::process::{Run, find_program};

/// Installs what is missing, after saying what and asking.
///
/// # Errors
/// No apt, no consent, or apt failed.
pub fn install(missing: &[&Need], consent: Consent) -> Result<()> {
    if missing.is_empty() {
        return Ok(());
    }
    println!("These packages of the system are missing:");
    for need in missing {
        println!("  {:24} {}", need.package, need.purpose);
    }
    let names: Vec<&str> = missing.iter().map(|need| need.package).collect();
    if find_program("apt-get").is_none() {
        bail!(
            "this system has no apt: install these under the names that it gives them \
             (here as in Debian and Ubuntu): {}",
            names.join(" ")
        );
    }
    if consent == Consent::Ask && !asked(&names)? {
        bail!("nothing was installed; the packages are: {}", names.join(" "));
    }
    // A list of packages that is too old names files that are gone.
    apt(&["update", "-q"])?;
    let mut install = vec!["install", "-y", "-q", "--no-install-recommends"];
    install.extend(names);
    apt(&install)
}

fn asked(names: &[&str]) -> Result<bool> {
    if !std::io::stdin().is_terminal() {
        bail!(
            "there is nobody to ask; call it with --yes to install them with apt: {}",
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

/// Runs `apt-get` as root, asking no questions of its own.
///
/// # Errors
/// What apt says.
pub fn apt(arguments: &[&str]) -> Result<()> {
    let here = Path::new(".");
    let is_root = Run::new("id", ["-u"], here).output()? == "0";
    let mut words = vec!["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"];
    if !is_root {
        words.insert(0, "sudo");
    }
    words.extend(arguments);
    Run::new(words[0], &words[1..], here).show()
}
