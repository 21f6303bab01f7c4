//! The commands that the window can call, and calls that are rejected.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tauri::ipc::{CallbackFn, InvokeBody};
use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder};
use tauri::webview::InvokeRequest;
use tauri::{App, Manager as _, WebviewWindow, WebviewWindowBuilder};
use transload_contract::Settings;

use super::{COMMANDS, handler};
use crate::settings::SettingsFile;

#[test]
fn the_window_may_call_these_commands_and_nothing_more() {
    let capability: Value =
        serde_json::from_slice(&std::fs::read(env!("WINDOW_CAPABILITY")).unwrap()).unwrap();
    let granted: BTreeSet<&str> =
        capability["permissions"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let commands: BTreeSet<String> =
        COMMANDS.iter().map(|name| format!("allow-{}", name.replace('_', "-"))).collect();
    assert_eq!(COMMANDS.len(), commands.len(), "a command is declared twice");
    let events = ["core:event:allow-listen", "core:event:allow-unlisten"];
    // The script of the notification plugin calls it on every page.
    let asked = "notification:allow-is-permission-granted";
    // The script that Tauri adds for the zoom shortcuts.
    let zoom = "core:webview:allow-set-webview-zoom";
    let wanted: BTreeSet<&str> = events
        .into_iter()
        .chain([asked, zoom])
        .chain(commands.iter().map(String::as_str))
        .collect();
    assert_eq!(granted, wanted);
    assert_eq!(capability["windows"], json!(["main"]));
    assert_eq!(capability.get("remote"), None);
}

/// The program with its real permissions and no display.
fn program(folder: &std::path::Path) -> App<MockRuntime> {
    let app = mock_builder()
        .plugin(tauri_plugin_store::Builder::new().build())
        .invoke_handler(handler())
        .build(crate::start::context())
        .unwrap();
    app.manage(SettingsFile::open(folder).unwrap());
    app
}

fn window(app: &App<MockRuntime>, label: &str) -> WebviewWindow<MockRuntime> {
    WebviewWindowBuilder::new(app, label, tauri::WebviewUrl::default()).build().unwrap()
}

fn call(window: &WebviewWindow<MockRuntime>, command: &str, from: &str) -> Result<Value, Value> {
    let request = InvokeRequest {
        cmd: command.to_owned(),
        callback: CallbackFn(0),
        error: CallbackFn(1),
        url: from.parse().unwrap(),
        body: InvokeBody::default(),
        headers: Default::default(),
        invoke_key: INVOKE_KEY.to_owned(),
    };
    get_ipc_response(window, request).map(|body| body.deserialize().unwrap())
}

#[test]
fn a_command_of_the_main_window_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let app = program(folder.path());
    let answer = call(&window(&app, "main"), "settings_get", "tauri://localhost").unwrap();
    assert_eq!(answer, serde_json::to_value(Settings::default()).unwrap());
}

#[test]
fn other_windows_other_pages_and_plugins_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let app = program(folder.path());
    let main = window(&app, "main");
    for (window, command, page) in [
        (&window(&app, "other"), "settings_get", "tauri://localhost"),
        (&main, "settings_get", "https://example.com"),
        (&main, "plugin:store|load", "tauri://localhost"),
        (&main, "plugin:webview|create_webview_window", "tauri://localhost"),
        (&main, "plugin:notification|notify", "tauri://localhost"),
        (&main, "no_such_command", "tauri://localhost"),
    ] {
        let refusal = call(window, command, page).unwrap_err().to_string();
        assert!(refusal.contains("not allowed") || refusal.contains("not found"), "{refusal}");
    }
}
