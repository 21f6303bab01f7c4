//! Pages of the program and others, and dragged files.

use super::*;

#[test]
fn only_compiled_in_pages_are_opened() {
    let own = |url: &str| is_own_page(&Url::parse(url).unwrap());
    assert!(own("tauri://localhost/#/settings"));
    assert!(own("about:blank"));
    assert!(!own("tauri://example.com/"));
    assert!(!own("https://example.com/"));
    assert!(!own("file:///etc/passwd"));
    assert!(!own("data:text/html,x"));
}

#[test]
fn the_pages_learn_about_dragged_files_as_the_window_expects_them() {
    let position = tauri::PhysicalPosition::new(1.0, 2.0);
    let paths = vec![PathBuf::from("/home/me/plan.json")];
    for (event, expected) in [
        (
            DragDropEvent::Enter { paths: paths.clone(), position },
            serde_json::json!({"kind": "entered"}),
        ),
        (DragDropEvent::Over { position }, serde_json::Value::Null),
        (DragDropEvent::Leave, serde_json::json!({"kind": "left"})),
        (
            DragDropEvent::Drop { paths, position },
            serde_json::json!({"kind": "dropped", "paths": ["/home/me/plan.json"]}),
        ),
    ] {
        assert_eq!(serde_json::to_value(file_drag(&event)).unwrap(), expected);
    }
}
