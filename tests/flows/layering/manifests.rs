//! Cargo manifests: which crate depends on which.

use std::process::Command;

use anyhow::{Result, ensure};
use serde::Deserialize;

/// What `cargo metadata` tells of the workspace, as far as it is needed.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Clone, Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Clone, Deserialize)]
struct Dependency {
    name: String,
    /// Nothing for a normal dependency, else `dev` or `build`.
    kind: Option<String>,
}

/// Our crates, and which of our crates each may depend on.
const OURS: &[(&str, &[&str])] = &[
    ("transload", &["transload-api"]),
    ("transload-cli", &["transload-api"]),
    ("transload-api", &["transload-engine", "transload-practice"]),
    ("transload-engine", &[]),
    ("transload-practice", &[]),
    ("transload-tests", &["transload-api", "transload-engine", "transload-practice"]),
    ("xtask", &[]),
];

/// Crates of others by the beginning of their names, and which of our crates may depend on them.
const OTHERS: &[(&str, &[&str])] = &[
    ("tauri", &["transload"]),
    ("bollard", &["transload-engine"]),
    ("aws-", &["transload-engine"]),
    ("reqwest", &["transload-engine", "transload-tests"]),
    ("rusqlite", &["transload-engine"]),
];

fn breaches(packages: &[Package]) -> Vec<String> {
    let mut breaches = Vec::new();
    for package in packages {
        let Some((_, allowed)) = OURS.iter().find(|(name, _)| *name == package.name) else {
            breaches.push(format!("{} has no rule: say whom it may use", package.name));
            continue;
        };
        for dependency in &package.dependencies {
            let name = dependency.name.as_str();
            if OURS.iter().any(|(ours, _)| *ours == name) && !allowed.contains(&name) {
                breaches.push(format!("{} depends on {name}", package.name));
            }
            for (start, users) in OTHERS {
                // Practice tests its own servers with the HTTP client.
                let practice_test = package.name == "transload-practice"
                    && name == "reqwest"
                    && dependency.kind.as_deref() == Some("dev");
                let allowed = users.contains(&package.name.as_str()) || practice_test;
                if name.starts_with(start) && !allowed {
                    breaches.push(format!("{} depends on {name}", package.name));
                }
            }
        }
    }
    breaches
}

#[test]
fn crates_depend_only_on_those_below_them() -> Result<()> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(transload_tests::tools::workspace_root())
        .output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Metadata = serde_json::from_slice(&output.stdout)?;
    assert!(metadata.packages.iter().any(|package| package.name == "transload-engine"));
    assert_eq!(breaches(&metadata.packages), Vec::<String>::new());
    Ok(())
}

#[test]
fn a_dependency_that_goes_up_or_aside_is_told() {
    let told = |package: &str, dependency: &str, kind: Option<&str>| {
        let dependency = Dependency { name: dependency.to_owned(), kind: kind.map(str::to_owned) };
        let packages = [Package { name: package.to_owned(), dependencies: vec![dependency] }];
        !breaches(&packages).is_empty()
    };
    assert!(told("transload", "transload-engine", None));
    assert!(told("transload-engine", "transload-api", Some("dev")));
    assert!(told("transload-practice", "transload-engine", None));
    assert!(told("transload-practice", "reqwest", None));
    assert!(told("transload-api", "tauri-plugin-store", None));
    assert!(told("transload-api", "aws-sdk-ecr", None));
    assert!(told("transload-newcomer", "serde", None));
    assert!(!told("transload", "transload-api", None));
    assert!(!told("transload-practice", "reqwest", Some("dev")));
    assert!(!told("transload-engine", "aws-sdk-ecr", None));
}
