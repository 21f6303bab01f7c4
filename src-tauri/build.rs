//! Grants the window its commands, by name. A command that is not granted is refused.

// Not as a dependency: the contract would be compiled a second time, for the build script.
#[macro_use]
#[path = "crates/contract/src/command_list.rs"]
mod command_list;

use std::path::{Path, PathBuf};
use std::{env, fs};

/// What the window may use beside the commands. The commands are added to it.
const CAPABILITY: &str = "capabilities/main.json";

macro_rules! commands {
    ($($handler:ident { $($(#[$doc:meta])* $command:ident ($($request:tt)*) -> $answer:ty;)* })*) => {
        const COMMANDS: &[&str] = &[$($(stringify!($command),)*)*];
    };
}
with_command_list!(commands);

fn main() {
    println!("cargo:rerun-if-changed=crates/contract/src/command_list.rs");
    println!("cargo:rerun-if-changed={CAPABILITY}");
    println!("cargo:rerun-if-changed=../icons");
    if let Err(error) = build() {
        panic!("the shell cannot be prepared: {error:#}");
    }
}

fn build() -> Result<(), Box<dyn std::error::Error>> {
    let capability = with_commands(&env::var("OUT_DIR")?)?;
    // Tauri takes a glob pattern, in which a bracket has a meaning of its own.
    let pattern = capability.to_str().ok_or("the build folder is not valid Unicode")?;
    let pattern = pattern.replace('[', "[[]");
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    let attributes = tauri_build::Attributes::new()
        .app_manifest(manifest)
        .capabilities_path_pattern(pattern.leak());
    Ok(tauri_build::try_build(attributes)?)
}

/// Writes the capability with a permission for each command, and returns its path.
fn with_commands(folder: &str) -> Result<PathBuf, Box<dyn std::error::Error>> {
    let mut capability: serde_json::Value = serde_json::from_slice(&fs::read(CAPABILITY)?)?;
    let permissions = capability["permissions"].as_array_mut().ok_or("no list of permissions")?;
    let allow = |name: &&str| format!("allow-{}", name.replace('_', "-")).into();
    permissions.extend(COMMANDS.iter().map(allow));
    let path = Path::new(folder).join("window-capabilities").join("main.json");
    fs::create_dir_all(path.parent().unwrap_or(&path))?;
    fs::write(&path, serde_json::to_vec_pretty(&capability)?)?;
    println!("cargo:rustc-env=WINDOW_CAPABILITY={}", path.display());
    Ok(path)
}
