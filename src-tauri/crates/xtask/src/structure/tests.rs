//! Small packages on disk: circles that imports, modules, re-exports and macros close, and files that
//! are not compiled.

use super::*;

/// Writes a package with the given files, and reads its structure.
fn structure(files: &[(&str, &str)]) -> Structure {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "Cargo.toml", "[package]\nname = \"x\"\n");
    for (name, text) in files {
        write(folder.path(), name, text);
    }
    read(folder.path()).unwrap()
}

fn write(root: &Path, name: &str, text: &str) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Returns the circles, with the files joined.
fn circles(files: &[(&str, &str)]) -> Vec<String> {
    let join = |circle: &Vec<PathBuf>| {
        circle.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join(" ")
    };
    structure(files).circles.iter().map(join).collect()
}

#[test]
fn circles_are_found_through_every_kind_of_reference() {
    for (a, b) in [
        ("use crate::b::B;", "use crate::a::A;"),
        ("use super::b::B;", "use super::a::A;"),
        ("use crate::b;\nfn f() { b::g() }", "use crate::a::A;"),
        ("use crate::b as other;\nfn f() { other::g() }", "use crate::a::{self, A};"),
        ("fn f() { crate::b::g() }", "fn h(_: crate::a::A) {}"),
        ("fn f() { println!(\"{}\", crate::b::g()) }", "use crate::a::A;"),
        ("use crate::b::*;\nfn f() { g() }", "use crate::a::A;"),
        ("use crate::{b::B};", "mod inner { use crate::a::A; }"),
        ("fn f() { use crate::b::B; }", "impl crate::a::T for B {}"),
        // Both names come from re-exports of the root.
        ("use crate::B;", "use crate::A;"),
        ("use super::{A as X, B};", "use crate::A;"),
    ] {
        let a = format!("pub struct A; pub trait T {{}}\n{a}\n");
        let b = format!("pub struct B; pub fn g() {{}}\n{b}\n");
        let lib = "mod a; mod b;\npub use a::A;\npub use b::B;\n";
        let files = [("src/lib.rs", lib), ("src/a.rs", &a), ("src/b.rs", &b)];
        assert_eq!(circles(&files), ["src/a.rs src/b.rs"], "{a}{b}");
    }
}

#[test]
fn longer_circles_and_those_of_parent_and_child_are_found() {
    let files = [
        ("src/lib.rs", "mod a; mod b; mod c; mod d;"),
        ("src/a.rs", "use crate::b::B; pub struct A;"),
        ("src/b.rs", "use crate::c::C; pub struct B;"),
        ("src/c.rs", "use crate::a::A; use crate::d::D; pub struct C;"),
        ("src/d.rs", "mod e; use e::E; pub struct D;"),
        ("src/d/e.rs", "use super::D; pub struct E;"),
    ];
    assert_eq!(circles(&files), ["src/a.rs src/b.rs src/c.rs", "src/d/e.rs src/d.rs"]);
}

#[test]
fn one_way_references_tests_and_other_crates_are_no_circle() {
    let files = [
        ("src/lib.rs", "mod a; mod b; pub use a::A;"),
        ("src/a.rs", "use crate::b::B; use std::fmt; pub struct A; #[cfg(test)] mod tests;"),
        ("src/a/tests.rs", "use super::*; use crate::b::B;"),
        ("src/b.rs", "pub struct B; #[cfg(test)] mod tests { use crate::a::A; } // crate::a::A"),
        ("tests/one.rs", "mod helper; use x::A;"),
        ("tests/helper/mod.rs", "use x::B;"),
    ];
    let found = structure(&files);
    assert_eq!(found.circles, Vec::<Vec<PathBuf>>::new());
    assert_eq!(found.not_compiled, BTreeSet::new());
}

#[test]
fn files_without_a_module_are_found() {
    let files = [
        ("src/lib.rs", "mod a; mod inline { mod below; }"),
        ("src/a.rs", "#[cfg(test)] mod tests;"),
        ("src/a/tests.rs", "mod more;"),
        ("src/a/tests/more.rs", ""),
        ("src/a/forgotten.rs", ""),
        ("src/inline/below.rs", ""),
        ("tests/flows/main.rs", "mod one;"),
        ("tests/flows/one.rs", ""),
        ("tests/flows/two.rs", "#[test] fn never_runs() {}"),
    ];
    let found = structure(&files).not_compiled;
    let names: Vec<_> = found.iter().map(|file| file.display().to_string()).collect();
    assert_eq!(names, ["src/a/forgotten.rs", "tests/flows/two.rs"]);
}

#[test]
fn stale_names_in_pages_and_head_comments_are_found() {
    let page = "[a](src/a.rs) [web](https://x.example/none) [here](#top) [up](../none.md)\n\
        `src/a.rs` `other/a.rs` `a.rs` `gone.rs` `src/gone/` `team/app` `/v2/` `x.rs` `hosts.toml` `target/a`\n";
    let code = "//! `old_module` reads it with `read_all` and `sbom`.\n\
        //!\n//! Source: the manual,\n//! `their_name`.\nfn read_all() {}\n// old_module\n";
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("pages/README.md", page),
        ("CHANGELOG.md", "`gone.rs`"),
        ("pages/src/a.rs", code),
        ("target/none.md", "`gone.rs`"),
    ] {
        write(folder.path(), name, text);
    }
    let found = Texts::read(folder.path()).unwrap().stale_names();
    let expected = [
        "pages/README.md: ../none.md doesn't exist",
        "pages/README.md: other/a.rs doesn't exist",
        "pages/README.md: gone.rs doesn't exist",
        "pages/README.md: src/gone/ doesn't exist",
        "pages/src/a.rs: old_module doesn't exist",
    ];
    assert_eq!(found, expected);
}

#[test]
fn types_of_the_same_name_in_two_places_are_found() {
    let files = [
        ("crates/a/src/lib.rs", "pub struct Image;\npub(crate) enum State {}\nstruct Own;\n"),
        ("crates/b/src/x.rs", "pub(super) trait Image {}\npub type State = u8;\nstruct Own;\n"),
        ("crates/b/src/y.rs", "pub struct Plan;\npub fn Other() {}\n"),
        ("crates/b/src/z.rs", "pub type BoxError = u8;\n"),
        ("crates/c/src/lib.rs", "pub type BoxError = u8;\npub struct Row;\n"),
        ("crates/c/src/x.rs", "pub struct Row;\n"),
        ("crates/c/src/x/tests.rs", "pub struct Image;\n"),
        ("crates/contract/src/lib.rs", "pub struct Plan;\npub enum Wire {}\n"),
        ("crates/contract/src/x.rs", "pub enum Wire {}\n"),
        ("ui/src/a.ts", "export interface Props {}\nexport const rows = 1;\ntype Own = 1;\n"),
        ("ui/src/b.tsx", "export type Props = 1;\nexport const rows = 2;\ntype Own = 1;\n"),
        ("ui/src/b.test.tsx", "export type Own = 1;\nexport class Image {}\n"),
        ("ui/src/c.tsx", "export default async function Image() {}\n"),
    ];
    let found = repeated_names(files.iter().map(|(file, text)| (Path::new(*file), *text)));
    let found: Vec<_> = found.iter().map(|(name, places)| (name.as_str(), places.len())).collect();
    assert_eq!(found, [("Image", 2), ("Props", 2), ("Row", 2), ("State", 2), ("Wire", 2)]);
}

#[test]
fn typescript_files_without_a_purpose_are_found() {
    let (explained, one, two) =
        ("/** What. */\n", "export function one() {}\n", "export const two = 1;\n");
    let import = "import { x } from \"./x\";\n";
    for (name, text, is_written) in [
        ("one.ts", format!("{explained}{import}{one}{two}"), true),
        ("one.ts", format!("// Why.\n{one}{two}"), true),
        ("one.ts", format!("{import}{explained}{one}{two}"), true),
        ("other.ts", format!("{import}{explained}{one}"), true),
        ("other.ts", format!("{import}{explained}{one}{two}"), false),
        ("one.ts", format!("{import}{one}{explained}{two}"), false),
        ("one.ts", format!("{import}{one}"), false),
        ("one.test.ts", one.to_owned(), true),
        ("generated/one.ts", one.to_owned(), true),
        ("index.ts", two.to_owned(), true),
    ] {
        let file = Path::new("ui/src").join(name);
        let found = without_purpose([(file.as_path(), text.as_str())].into_iter());
        assert_eq!(found.is_empty(), is_written, "{name}:\n{text}");
    }
}

#[test]
fn long_files_are_found() {
    let (long, short) = ("x\n".repeat(MAX_FILE_LINES + 1), "x\n".repeat(MAX_FILE_LINES));
    let files = [
        ("src/a.rs", &long),
        ("src/b.rs", &short),
        ("ui/src/c.css", &long),
        ("ui/src/generated/d.ts", &long),
        ("src/word_table.rs", &long),
    ];
    let found: Vec<_> =
        too_long(files.iter().map(|(file, text)| (Path::new(*file), text.as_str()))).collect();
    let names: Vec<_> = found.iter().map(|(file, _)| *file).collect();
    assert_eq!(names, [Path::new("src/a.rs"), Path::new("ui/src/c.css")]);
}

#[test]
fn doc_tests_are_found() {
    for (comment, expected) in [
        ("//! ```\n//! let x = 1;\n//! ```", true),
        ("    /// ```rust,no_run\n    /// x();\n    /// ```", true),
        ("//! ```sh\n//! ls\n//! ```", false),
        ("//! ```text\n//! a\n//! ```\n//!\n//! ```ignore\n//! x\n//! ```", true),
        ("let text = \"```\"; // ```", false),
    ] {
        assert_eq!(has_doc_test(comment), expected, "{comment}");
    }
}

#[test]
fn each_rule_names_the_file_that_breaks_it() {
    let long_tests = format!("//! D.\n#[cfg(test)]\nmod tests {{\n{}}}\n", "// x\n".repeat(100));
    let found = structure(&[
        ("src-tauri/src/lib.rs", "//! Root.\nmod a; mod b; mod d; mod e;"),
        ("src-tauri/src/a/mod.rs", "//! A.\nmod c; pub use c::C;"),
        ("src-tauri/src/a/c.rs", "pub struct C;"),
        ("src-tauri/src/b.rs", "//! B.\nuse crate::a::C;"),
        ("src-tauri/src/d.rs", &long_tests),
        ("src-tauri/src/e.rs", &long_tests.replace(&"// x\n".repeat(2), "// x\n")),
        ("src-tauri/Cargo.toml", "[package]\nname = \"y\"\n"),
        ("tests/examples/a.rs", "mod b;"),
        ("tests/examples/b/mod.rs", &long_tests.replace("//! D.\n", "")),
        (
            "tests/Cargo.toml",
            "[package]\nname = \"z\"\n[[example]]\nname = \"a\"\npath = \"examples/a.rs\"\n",
        ),
    ]);
    let problems = problems(&found);
    assert_eq!(problems.len(), 4, "{problems:#?}");
    assert!(problems[0].contains("src/a/c.rs has no head comment"));
    assert!(problems[1].contains("src/a/mod.rs"));
    assert!(problems[2].contains("src/d.rs has more than 100 lines of tests"));
    assert!(
        problems[3].contains("`crate::a::C` goes through a re-export in src-tauri/src/a/mod.rs")
    );
}
