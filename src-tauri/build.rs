//! Tells Tauri which commands the program has. With this list a command is refused unless the
//! window's capability grants it by name.

macro_rules! commands {
    ($($file:ident: $($command:ident),+;)+) => {
        const COMMANDS: &[&str] = &[$($(stringify!($command)),+),+];
    };
}
include!("src/commands/list.rs");

fn main() {
    println!("cargo:rerun-if-changed=src/commands/list.rs");
    println!("cargo:rerun-if-changed=../icons");
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    let attributes = tauri_build::Attributes::new().app_manifest(manifest);
    if let Err(error) = tauri_build::try_build(attributes) {
        panic!("the shell cannot be prepared: {error:#}");
    }
}
