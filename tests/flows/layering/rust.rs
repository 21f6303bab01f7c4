//! Rust sources: which crates a file names, and which rooms of the engine it reaches into.

use anyhow::Result;

/// The rooms of the engine that use the model and the network and never one another.
const LEAF_ROOMS: [&str; 4] = ["aws", "docker", "hub", "registry"];

const ENGINE: &str = "src-tauri/crates/engine/src/";

/// A crate, or all crates whose names begin so, and the only places that may name it.
struct CrateRule {
    starts: &'static [&'static str],
    exact: &'static [&'static str],
    places: &'static [&'static str],
}

const CRATE_RULES: &[CrateRule] = &[
    CrateRule { starts: &["tauri"], exact: &[], places: &["src-tauri/src/", "src-tauri/build.rs"] },
    CrateRule {
        starts: &[],
        exact: &["bollard"],
        places: &["src-tauri/crates/engine/src/docker/"],
    },
    CrateRule { starts: &["aws_"], exact: &[], places: &["src-tauri/crates/engine/src/aws/"] },
    CrateRule {
        starts: &[],
        exact: &["reqwest"],
        places: &[
            "src-tauri/crates/engine/src/registry/",
            "src-tauri/crates/engine/src/hub/",
            "src-tauri/crates/engine/src/network/",
            "tests/",
        ],
    },
    CrateRule {
        starts: &[],
        exact: &["rusqlite"],
        places: &["src-tauri/crates/engine/src/migration/journal"],
    },
];

/// What is wrong with one Rust file, by its path from the root of the workspace.
fn breaches(path: &str, source: &str) -> Vec<String> {
    let tokens = tokens(source);
    let mut breaches = Vec::new();
    for named in named_crates(&tokens) {
        for rule in CRATE_RULES {
            let concerns = rule.exact.contains(&named.as_str())
                || rule.starts.iter().any(|start| named.starts_with(start));
            // Practice uses the HTTP client to test its own servers, and only for that.
            let practice_test = named == "reqwest"
                && path.starts_with("src-tauri/crates/practice/")
                && (path.contains("/tests") || source.contains("#[cfg(test)]"));
            let allowed = rule.places.iter().any(|place| path.starts_with(place)) || practice_test;
            if concerns && !allowed {
                breaches.push(format!(
                    "{path} names the crate {named}, which only {} may",
                    rule.places.join(", ")
                ));
            }
        }
    }
    if let Some(inside) = path.strip_prefix(ENGINE) {
        let room = inside.split('/').next().unwrap_or_default().trim_end_matches(".rs");
        for reached in reached_rooms(inside, &tokens) {
            let own = reached == room || room == "lib";
            let allowed = match room {
                "model" => false,
                "network" => reached == "model",
                room if LEAF_ROOMS.contains(&room) => {
                    matches!(reached.as_str(), "model" | "network")
                }
                _ => true,
            };
            if !own && !allowed {
                breaches.push(format!("{path}: the room {room} reaches into {reached}"));
            }
        }
    }
    breaches.sort();
    breaches.dedup();
    breaches
}

/// Names, `::` and single signs; without comments, strings, characters and lifetimes.
fn tokens(source: &str) -> Vec<String> {
    let signs: Vec<char> = source.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    let starts = |at: usize, text: &str| {
        text.chars().enumerate().all(|(offset, sign)| signs.get(at + offset) == Some(&sign))
    };
    while at < signs.len() {
        let sign = signs[at];
        if starts(at, "//") {
            while at < signs.len() && signs[at] != '\n' {
                at += 1;
            }
        } else if starts(at, "/*") {
            let mut depth = 0;
            loop {
                if starts(at, "/*") {
                    depth += 1;
                    at += 2;
                } else if starts(at, "*/") {
                    depth -= 1;
                    at += 2;
                } else {
                    at += 1;
                }
                if depth == 0 || at >= signs.len() {
                    break;
                }
            }
        } else if let Some(end) = raw_string_end(&signs, at) {
            at = end;
        } else if sign == '"' {
            at += 1;
            while at < signs.len() && signs[at] != '"' {
                at += if signs[at] == '\\' { 2 } else { 1 };
            }
            at += 1;
        } else if sign == '\'' {
            // A character ends with a quote one or, escaped, some signs on; a lifetime does not.
            if signs.get(at + 1) == Some(&'\\') {
                at += 3;
                while at < signs.len() && signs[at] != '\'' {
                    at += 1;
                }
                at += 1;
            } else {
                at += if signs.get(at + 2) == Some(&'\'') { 3 } else { 1 };
            }
        } else if sign.is_alphanumeric() || sign == '_' {
            let start = at;
            while at < signs.len() && (signs[at].is_alphanumeric() || signs[at] == '_') {
                at += 1;
            }
            tokens.push(signs[start..at].iter().collect());
        } else if starts(at, "::") {
            tokens.push("::".to_owned());
            at += 2;
        } else {
            if !sign.is_whitespace() {
                tokens.push(sign.to_string());
            }
            at += 1;
        }
    }
    tokens
}

/// Where a raw string such as `r#"…"#` ends that begins here.
fn raw_string_end(signs: &[char], start: usize) -> Option<usize> {
    let inside_name = start > 0 && (signs[start - 1].is_alphanumeric() || signs[start - 1] == '_');
    let mut at = start;
    if signs.get(at) == Some(&'b') {
        at += 1;
    }
    if inside_name || signs.get(at) != Some(&'r') {
        return None;
    }
    at += 1;
    let hashes = signs[at..].iter().take_while(|sign| **sign == '#').count();
    at += hashes;
    if signs.get(at) != Some(&'"') {
        return None;
    }
    at += 1;
    while at < signs.len() {
        let closes = signs[at] == '"'
            && signs[at + 1..].iter().take(hashes).filter(|sign| **sign == '#').count() == hashes;
        at += 1;
        if closes {
            return Some(at + hashes);
        }
    }
    Some(signs.len())
}

/// The first names of paths that do not continue another path, and of `use name;`.
fn named_crates(tokens: &[String]) -> Vec<String> {
    let mut named = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| tokens[before].as_str());
        let after = tokens.get(at + 1).map(String::as_str);
        let begins_path = after == Some("::")
            && (before != Some("::") || !is_name(at.checked_sub(2).map(|at| tokens[at].as_str())));
        let whole_use =
            matches!(before, Some("use" | "crate")) && matches!(after, Some(";" | "as"));
        if is_name(Some(token)) && (begins_path || whole_use) {
            named.push(token.clone());
        }
    }
    named
}

fn is_name(token: Option<&str>) -> bool {
    token.is_some_and(|token| {
        token.starts_with(|sign: char| sign.is_alphabetic() || sign == '_')
            && !matches!(token, "use" | "return" | "in" | "as" | "pub" | "mut" | "let" | "match")
    })
}

/// The rooms of the engine that a file of it reaches into, by `crate::` and by `super::`.
fn reached_rooms(inside: &str, tokens: &[String]) -> Vec<String> {
    // How many folders and modules lie between the file and the root of the crate.
    let mut depth = inside.split('/').count();
    if matches!(inside.rsplit('/').next(), Some("mod.rs" | "lib.rs")) {
        depth -= 1;
    }
    let mut rooms = Vec::new();
    let mut inner_modules: Vec<usize> = Vec::new();
    let mut braces = 0_usize;
    let mut at = 0;
    while at < tokens.len() {
        let follows_path = at > 0 && tokens[at - 1] == "::";
        match tokens[at].as_str() {
            "{" => braces += 1,
            "}" => {
                braces = braces.saturating_sub(1);
                inner_modules.retain(|opened| *opened <= braces);
            }
            "mod" if tokens.get(at + 2).is_some_and(|token| token == "{") => {
                inner_modules.push(braces + 1);
            }
            "crate" if !follows_path && tokens.get(at + 1).is_some_and(|token| token == "::") => {
                first_names(tokens, at + 2, &mut rooms);
            }
            "super" if !follows_path => {
                let mut steps = 1;
                let mut next = at + 1;
                while tokens.get(next).is_some_and(|token| token == "::")
                    && tokens.get(next + 1).is_some_and(|token| token == "super")
                {
                    steps += 1;
                    next += 2;
                }
                if steps >= depth + inner_modules.len()
                    && tokens.get(next).is_some_and(|token| token == "::")
                {
                    first_names(tokens, next + 1, &mut rooms);
                }
                at = next - 1;
            }
            _ => {}
        }
        at += 1;
    }
    rooms
}

/// The name at a place of a path, or all names of the first level of a `{…}` group there.
fn first_names(tokens: &[String], start: usize, names: &mut Vec<String>) {
    if tokens.get(start).is_none_or(|token| token != "{") {
        names.extend(tokens.get(start).cloned());
        return;
    }
    let mut depth = 0;
    for at in start..tokens.len() {
        match tokens[at].as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ if depth == 1 && matches!(tokens[at - 1].as_str(), "{" | ",") => {
                names.push(tokens[at].clone());
            }
            _ => {}
        }
        if depth == 0 {
            return;
        }
    }
}

#[test]
fn rust_files_keep_to_their_rooms() -> Result<()> {
    let mut files = super::sources("src-tauri", &[".rs"])?;
    files.extend(super::sources("tests", &[".rs"])?);
    assert!(files.iter().any(|(path, _)| path == &format!("{ENGINE}aws/mod.rs")));
    let found: Vec<String> =
        files.iter().flat_map(|(path, source)| breaches(path, source)).collect();
    assert!(found.is_empty(), "{found:#?}");
    Ok(())
}

#[test]
fn a_crate_outside_its_room_is_told() {
    for (path, source) in [
        ("src-tauri/crates/api/src/lib.rs", "use tauri::Manager;"),
        ("src-tauri/crates/engine/src/aws/mod.rs", "fn f() { tauri_plugin_store::init() }"),
        ("src-tauri/crates/engine/src/migration/run.rs", "use bollard::{Docker};"),
        ("src-tauri/crates/engine/src/migration/run.rs", "type E = aws_sdk_ecr::Error;"),
        ("src-tauri/crates/engine/src/docker/push.rs", "use {std::fmt, reqwest::Client};"),
        ("src-tauri/crates/practice/src/ecr.rs", "use reqwest::Client;"),
        ("src-tauri/crates/engine/src/aws/http.rs", "use reqwest as http;"),
        ("src-tauri/crates/api/src/lib.rs", "fn f<T: ::tauri::Runtime>() {}"),
    ] {
        assert_eq!(breaches(path, source).len(), 1, "{path}: {source}");
    }
}

#[test]
fn a_crate_in_its_room_and_what_only_looks_like_one_is_not_told() {
    for (path, source) in [
        ("src-tauri/src/lib.rs", "use tauri::Manager;"),
        ("src-tauri/crates/engine/src/aws/ecr.rs", "use aws_sdk_ecr::Client;"),
        ("src-tauri/crates/engine/src/docker/push.rs", "use bollard::Docker;"),
        ("src-tauri/crates/engine/src/registry/client.rs", "use reqwest::Client;"),
        ("src-tauri/crates/practice/src/ecr.rs", "#[cfg(test)] mod tests { use reqwest::Client; }"),
        ("src-tauri/crates/api/src/lib.rs", "// use tauri::X;\n/* bollard::Y /* */ reqwest::Z */"),
        (
            "src-tauri/crates/api/src/lib.rs",
            r###"const S: &str = r#"tauri::X " "#; "a\"tauri::b""###,
        ),
        (
            "src-tauri/crates/api/src/lib.rs",
            "fn f<'a>(x: &'a str) -> char { ':' } // '\ntype T = u8;",
        ),
        ("src-tauri/crates/api/src/lib.rs", "use crate::reqwest::X; fn f() { self.bollard }"),
    ] {
        assert_eq!(breaches(path, source), Vec::<String>::new(), "{path}: {source}");
    }
}

#[test]
fn a_room_that_reaches_into_another_is_told() {
    for (inside, source) in [
        ("aws/ecr.rs", "use crate::docker::DockerError;"),
        ("hub/mod.rs", "use crate::{model::Tag, registry::Client};"),
        ("docker/push.rs", "fn f(x: crate::aws::EcrImage) {}"),
        ("registry/auth/token.rs", "use super::super::super::hub::X;"),
        ("registry/auth.rs", "use super::super::aws::X;"),
        ("registry/mod.rs", "use super::aws::X;"),
        ("registry/auth.rs", "mod tests { use super::super::super::aws::X; }"),
        ("model/tag.rs", "use crate::aws::AwsError;"),
        ("aws/ecr.rs", "use crate::migration::Plan;"),
        ("network/way.rs", "use crate::aws::AwsError;"),
    ] {
        assert_eq!(breaches(&format!("{ENGINE}{inside}"), source).len(), 1, "{inside}: {source}");
    }
}

#[test]
fn a_room_that_stays_inside_is_not_told() {
    for (inside, source) in [
        ("aws/ecr.rs", "use crate::model::{Tag, Digest}; use crate::aws::AwsError;"),
        ("registry/auth.rs", "use super::docker::X; mod tests { use super::super::aws::X; }"),
        ("registry/auth/token.rs", "use super::super::hub::X;"),
        ("aws/http.rs", "use crate::network::Network;"),
        (
            "migration/plan.rs",
            "use crate::{aws::EcrApi, docker::DockerApi, registry::RegistryApi};",
        ),
        ("lib.rs", "pub mod aws; use crate::aws::X;"),
    ] {
        let found = breaches(&format!("{ENGINE}{inside}"), source);
        assert_eq!(found, Vec::<String>::new(), "{inside}: {source}");
    }
}
