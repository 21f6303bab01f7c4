//! Which crate may depend on which, read from the manifests. The compiler enforces the rest: a file can only use
//! crates of its manifest.
//!
//! From the top: the shell and the command line use `api` and the types of its answers, `contract` and `errors`.
//! `api` uses everything below it. `migration` uses `aws`, `docker`, `hub` and `registry`, which use `network` and
//! `model` and never each other.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::structure::packages::rust_files;

/// The part of the output of `cargo metadata` that the check reads.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Clone, Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
    manifest_path: PathBuf,
}

#[derive(Clone, Deserialize)]
struct Dependency {
    name: String,
    /// Nothing for a normal dependency, else `dev` or `build`.
    kind: Option<String>,
}

/// The crates below the border, from the lowest.
const BELOW_API: [&str; 20] = [
    "transload-model",
    "transload-network",
    "transload-registry",
    "transload-docker",
    "transload-hub",
    "transload-aws",
    "transload-lifecycle",
    "transload-access-policy",
    "transload-manifest-cache",
    "transload-explorer",
    "transload-friendly-name",
    "transload-repositories",
    "transload-migration",
    "transload-inspect",
    "transload-layer-files",
    "transload-errors",
    "transload-contract",
    "transload-report",
    "transload-plan-file",
    "transload-files",
];

/// What every client of another system uses.
const CLIENT: &[&str] = &["transload-model", "transload-network"];

/// What the window and the command line call, and the types of its answers.
const CLIENT_OF_API: &[&str] = &["transload-api", "transload-contract", "transload-errors"];

/// Which of our crates each of them may depend on.
fn allowed(package: &str) -> Option<Vec<&'static str>> {
    let with_all_below = |more: &[&'static str]| [&BELOW_API[..], more].concat();
    Some(match package {
        "transload" => [CLIENT_OF_API, &["transload-files"]].concat(),
        "transload-cli" => [CLIENT_OF_API, &["transload-files", "transload-report"]].concat(),
        "transload-api" => with_all_below(&["transload-practice"]),
        "transload-tests" => with_all_below(&["transload-api", "transload-practice"]),
        "transload-report" => {
            vec!["transload-errors", "transload-contract", "transload-migration"]
        }
        "transload-plan-file" => [&BELOW_API[..17], &["transload-files"]].concat(),
        "transload-contract" => BELOW_API[..16].to_vec(),
        "transload-errors" => BELOW_API[..15].to_vec(),
        "transload-migration" => BELOW_API[..7].to_vec(),
        "transload-inspect" => vec!["transload-model", "transload-registry"],
        "transload-layer-files" => {
            vec!["transload-model", "transload-registry", "transload-inspect"]
        }
        "transload-repositories" => [CLIENT, &["transload-aws"]].concat(),
        "transload-explorer" => {
            vec!["transload-model", "transload-aws", "transload-manifest-cache"]
        }
        "transload-friendly-name" => [CLIENT, &["transload-files"]].concat(),
        "transload-registry" | "transload-docker" | "transload-hub" | "transload-aws" => {
            CLIENT.to_vec()
        }
        "transload-manifest-cache" => vec!["transload-model", "transload-files"],
        "transload-network" | "transload-lifecycle" | "transload-access-policy" => {
            vec!["transload-model"]
        }
        "transload-model" | "transload-files" | "transload-practice" | "xtask" => Vec::new(),
        _ => return None,
    })
}

/// Crates of others by the beginning of their names, and which of our crates may depend on them.
const OTHERS: &[(&str, &[&str])] = &[
    ("tauri", &["transload"]),
    ("bollard", &["transload-docker"]),
    ("aws-", &["transload-aws"]),
    ("reqwest", &["transload-network", "transload-registry", "transload-hub", "transload-tests"]),
    ("hickory-", &["transload-friendly-name"]),
    ("rusqlite", &["transload-migration", "transload-manifest-cache"]),
];

fn breaches(packages: &[Package]) -> Vec<String> {
    let mut breaches = Vec::new();
    for package in packages {
        let Some(allowed) = allowed(&package.name) else {
            breaches.push(format!("{} has no rule: add it to `allowed`", package.name));
            continue;
        };
        for dependency in &package.dependencies {
            let name = dependency.name.as_str();
            let ours = name.starts_with("transload-") || name == "xtask";
            // Practice tests itself with its feature for tests.
            let is_own_test = name == package.name && dependency.kind.as_deref() == Some("dev");
            if ours && !is_own_test && !allowed.contains(&name) {
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

/// Returns a sentence for each dependency of a package that no path in its files begins with.
fn unused(package: &Package) -> Result<Vec<String>> {
    let folder = package.manifest_path.parent().context("a manifest is in a folder")?;
    let mut sources = String::new();
    for file in rust_files(folder)? {
        sources.push_str(&fs::read_to_string(file)?);
    }
    let is_of_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    let before_colons = sources.match_indices("::").map(|(place, _)| &sources[..place]);
    let used: BTreeSet<&str> =
        before_colons.filter_map(|text| text.rsplit(|letter| !is_of_name(letter)).next()).collect();
    let all = package.dependencies.iter().map(|dependency| &dependency.name);
    let unused = all.filter(|name| !used.contains(name.replace('-', "_").as_str()));
    Ok(unused.map(|name| format!("{} doesn't use {name}", package.name)).collect())
}

fn metadata() -> Result<Metadata> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../.."))
        .output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(serde_json::from_slice(&output.stdout)?)
}

#[test]
fn crates_depend_only_on_those_below_them_and_use_each() -> Result<()> {
    let packages = metadata()?.packages;
    assert!(packages.iter().any(|package| package.name == "transload-migration"));
    let mut problems = breaches(&packages);
    for package in &packages {
        problems.extend(unused(package)?);
    }
    assert_eq!(problems, Vec::<String>::new());
    Ok(())
}

#[test]
fn a_dependency_against_the_rules_is_reported() {
    let reported = |package: &str, dependency: &str, kind: Option<&str>| {
        let dependency = Dependency { name: dependency.to_owned(), kind: kind.map(str::to_owned) };
        let name = package.to_owned();
        let manifest_path = PathBuf::new();
        !breaches(&[Package { name, dependencies: vec![dependency], manifest_path }]).is_empty()
    };
    for (package, dependency, kind) in [
        ("transload", "transload-migration", None),
        ("transload-migration", "transload-api", Some("dev")),
        ("transload-docker", "transload-registry", None),
        ("transload-registry", "transload-migration", Some("dev")),
        ("transload-model", "transload-network", None),
        ("transload-practice", "transload-registry", None),
        ("transload-practice", "reqwest", None),
        ("transload-api", "tauri-plugin-store", None),
        ("transload-api", "aws-sdk-ecr", None),
        ("transload-contract", "transload-api", None),
        ("transload-errors", "transload-contract", None),
        ("transload-report", "transload-api", None),
        ("transload-files", "transload-errors", None),
        ("transload-migration", "transload-errors", None),
        ("transload-migration", "bollard", None),
        ("transload-practice", "transload-practice", None),
        ("transload-newcomer", "serde", None),
    ] {
        assert!(reported(package, dependency, kind), "{package} -> {dependency}");
    }
    for (package, dependency, kind) in [
        ("transload", "transload-api", None),
        ("transload-cli", "transload-contract", None),
        ("transload-contract", "transload-errors", None),
        ("transload-practice", "reqwest", Some("dev")),
        ("transload-practice", "transload-practice", Some("dev")),
        ("transload-aws", "aws-sdk-ecr", None),
        ("transload-migration", "transload-docker", None),
    ] {
        assert!(!reported(package, dependency, kind), "{package} -> {dependency}");
    }
}

#[test]
fn a_dependency_that_no_file_uses_is_reported() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let manifest_path = folder.path().join("Cargo.toml");
    fs::create_dir(folder.path().join("src"))?;
    fs::write(&manifest_path, "")?;
    fs::write(folder.path().join("build.rs"), "fn main() { in_build::run() }")?;
    fs::write(
        folder.path().join("src/lib.rs"),
        "use in_path::Thing;\n#[in_attribute::main]\nfn a() { in_expression::run() } // not_used",
    )?;
    let names = ["in-path", "in-attribute", "in-expression", "in-build", "not-used", "path"];
    let dependencies = names.map(|name| Dependency { name: name.to_owned(), kind: None }).to_vec();
    let found = unused(&Package { name: "x".to_owned(), dependencies, manifest_path })?;
    assert_eq!(found, ["x doesn't use not-used", "x doesn't use path"]);
    Ok(())
}
