//! Sources of the window: which folder imports from which.

use std::sync::LazyLock;

use anyhow::Result;
use regex::Regex;

const SOURCES: &str = "ui/src/";

/// The window's own test of its imports holds forbidden ones as examples, in texts.
const RULES_OF_THE_WINDOW: &str = "testing/imports.test.ts";

/// What is wrong with one file of the window, by its path from the root of the workspace.
fn breaches(path: &str, source: &str) -> Vec<String> {
    let Some(inside) = path.strip_prefix(SOURCES) else { return Vec::new() };
    if inside == RULES_OF_THE_WINDOW {
        return Vec::new();
    }
    let mut breaches = Vec::new();
    for import in imports(source) {
        if import.from.starts_with("@tauri-apps/") && !inside.starts_with("ipc/") {
            breaches.push(format!("{path} imports {}, which only {SOURCES}ipc/ may", import.from));
            continue;
        }
        let Some(target) = resolve(inside, &import.from) else { continue };
        let (room, into) = (room(inside), room(&target));
        let is_test = inside.contains(".test.") || room == "testing";
        let wrong = match (room.as_str(), into.as_str()) {
            (from, to) if from == to => false,
            ("main.tsx" | "app", _) => false,
            (from, to) if from.starts_with("features/") && to.starts_with("features/") => true,
            (_, "app") => !is_test,
            (from, to) if to.starts_with("features/") => !from.starts_with("features/") && !is_test,
            ("ipc", to) => !matches!(to, "errors" | "testing"),
            _ => false,
        };
        if wrong {
            breaches.push(format!("{path} imports {}: {room} may not use {into}", import.from));
        }
        // A step is given what it shows; it may know the shapes, but calls nothing.
        let shapes_alone = import.types_only && target.starts_with("ipc/generated");
        if inside.starts_with("features/migrate/steps/")
            && into == "ipc"
            && !shapes_alone
            && !is_test
        {
            breaches.push(format!("{path} imports {}: a step imports no ipc", import.from));
        }
    }
    breaches
}

/// An import, an export from elsewhere, a lazy import, or a mock.
static IMPORT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?m)^\s*(?:import|export)\s+(?P<type>type\s)?(?:[\w*\s{},$]*?\sfrom\s*)?["'](?P<from>[^"']+)["']|\bimport\(\s*["'](?P<lazy>[^"']+)["']|\bvi\.mock\(\s*["'](?P<mock>[^"']+)["']"#,
    )
    .expect("the pattern is one")
});

struct Import {
    from: String,
    types_only: bool,
}

fn imports(source: &str) -> Vec<Import> {
    IMPORT
        .captures_iter(source)
        .filter_map(|found| {
            let from = ["from", "lazy", "mock"].iter().find_map(|group| found.name(group))?;
            let types_only = found.name("type").is_some();
            Some(Import { from: from.as_str().to_owned(), types_only })
        })
        .collect()
}

/// The path inside the sources that a relative import means.
fn resolve(inside: &str, from: &str) -> Option<String> {
    if let Some(rest) = from.strip_prefix("@/") {
        return Some(rest.to_owned());
    }
    if !from.starts_with('.') {
        return None;
    }
    let mut parts: Vec<&str> = inside.split('/').collect();
    parts.pop();
    for part in from.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The room that a path is in: a folder of the sources, and of the features each by itself.
fn room(path: &str) -> String {
    let mut parts = path.split('/');
    match (parts.next(), parts.next()) {
        (Some("features"), Some(feature)) => format!("features/{feature}"),
        (Some(room), _) => room.to_owned(),
        (None, _) => String::new(),
    }
}

#[test]
fn files_of_the_window_keep_to_their_rooms() -> Result<()> {
    let files = super::sources("ui/src", &[".ts", ".tsx"])?;
    assert!(files.iter().any(|(path, _)| path == "ui/src/ipc/backend.ts"));
    let found: Vec<String> =
        files.iter().flat_map(|(path, source)| breaches(path, source)).collect();
    assert!(found.is_empty(), "{found:#?}");
    Ok(())
}

#[test]
fn an_import_across_is_told() {
    for (path, source) in [
        ("app/App.tsx", "import { invoke } from \"@tauri-apps/api/core\";"),
        ("features/migrate/wizard/Wizard.tsx", "import { List } from '../../repositories/List';"),
        ("features/history/index.ts", "export * from \"../profiles/store\";"),
        ("features/history/index.ts", "const X = await import(\"../../app/App\");"),
        ("shared/Bytes.tsx", "import {\n  a,\n  b,\n} from \"../features/migrate/x\";"),
        ("ipc/tauriBackend.ts", "import { Bytes } from \"../shared/Bytes\";"),
        ("features/migrate/steps/Images.tsx", "import { useBackend } from \"../../../ipc\";"),
        ("features/migrate/steps/Images.tsx", "import { X } from \"../../../ipc/generated\";"),
        ("errors/table.ts", "import \"../features/migrate/side-effect\";"),
    ] {
        assert_eq!(breaches(&format!("{SOURCES}{path}"), source).len(), 1, "{path}: {source}");
    }
}

#[test]
fn an_import_down_is_not_told() {
    for (path, source) in [
        ("ipc/tauriBackend.ts", "import { invoke } from \"@tauri-apps/api/core\";"),
        ("app/App.tsx", "import { Wizard } from \"../features/migrate/wizard/Wizard\";"),
        ("features/migrate/wizard/Wizard.tsx", "import { Step } from \"../steps/Images\";"),
        ("features/migrate/steps/Images.tsx", "import type { X } from \"../../../ipc/generated\";"),
        (
            "features/migrate/steps/Images.test.tsx",
            "import { fake } from \"../../../ipc/fakeBackend\";",
        ),
        ("features/profiles/Page.tsx", "import { Bytes } from \"../../shared/Bytes\";"),
        ("shared/useBackend.ts", "import type { Backend } from \"../ipc/backend\";"),
        ("app/App.tsx", "const text = 'import of goods from \"../features\"';"),
    ] {
        let found = breaches(&format!("{SOURCES}{path}"), source);
        assert_eq!(found, Vec::<String>::new(), "{path}: {source}");
    }
}
