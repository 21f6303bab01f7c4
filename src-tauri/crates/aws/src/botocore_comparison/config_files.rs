//! Generated configuration files of every odd shape. Our parser must read them as botocore does, and
//! the SDK must read the text that we derive from them as we read the file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use aws_config::profile::ProfileSet;
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_types::os_shim_internal::{Env, Fs};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value};

use crate::config::ini::{SyntaxError, cli_rejection, parse};
use crate::config::profile_set::{ConfiguredProfiles, sdk_name};
use crate::config::sections::{ConfigFileKind, Section, sort_sections};
use transload_network::testing::python_answers;

/// Number of generated files. botocore reads all of them in one process.
const FILES: usize = 600;

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-c]{1,2}",
        1 => "[a-c]{1,2} [a-c]",
        1 => "\"[a-c] [a-c]\"",
        1 => "'[a-c]'",
        1 => "[a-c]\\\\ [a-c]",
        1 => "[a-cé日]{1,3}",
        1 => Just("Zoë's".to_owned()),
        1 => "[a-c]/[a-c.@%:+]{1,3}",
        1 => Just("\"\"".to_owned()),
        1 => Just("#1".to_owned()),
    ]
}

fn header() -> impl Strategy<Value = String> {
    let kind = prop_oneof![
        8 => Just("profile "),
        2 => Just("sso-session "),
        2 => Just("services "),
        1 => Just("profile"),
        1 => Just("profile\t "),
        2 => Just(""),
        1 => Just("preview "),
    ];
    let named = (kind, name()).prop_map(|(kind, name)| format!("{kind}{name}"));
    let inside = prop_oneof![
        8 => named,
        1 => Just("default".to_owned()),
        1 => Just("profile default".to_owned()),
        1 => Just("DEFAULT".to_owned()),
        1 => Just(String::new()),
    ];
    let behind =
        prop_oneof![6 => Just(""), 1 => Just(" ; why"), 1 => Just("# why"), 1 => Just("x")];
    let indent = prop_oneof![8 => Just(""), 1 => Just("  ")];
    (indent, inside, behind)
        .prop_map(|(indent, inside, behind)| format!("{indent}[{inside}]{behind}"))
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[a-z0-9]{1,6}",
        2 => Just(String::new()),
        1 => "[a-z]{1,3} [#;] ?[a-z]{0,2}",
        1 => "[a-z]{1,3}[#;][a-z]{0,2}",
        1 => "[#;][a-z]{0,2}",
        1 => "\"[a-z ]{0,3}\"",
        1 => "[a-zéß日]{1,4}",
        1 => "[a-z]{1,2}[=:][a-z]{1,2}",
        1 => "\\[[a-z ]{1,5}\\]",
    ]
}

fn setting() -> impl Strategy<Value = String> {
    let key = prop_oneof![8 => "[a-fA-F_]{1,4}", 1 => "[a-f] [a-f]", 1 => Just(String::new())];
    let between = prop_oneof![8 => Just(" = "), 2 => Just("="), 1 => Just(": "), 1 => Just("")];
    let indent = prop_oneof![8 => Just(""), 2 => Just("  "), 1 => Just("\t"), 1 => Just("    ")];
    (indent, key, between, value())
        .prop_map(|(indent, key, between, value)| format!("{indent}{key}{between}{value}"))
}

fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => header(),
        8 => setting(),
        1 => " {0,3}[#;][a-z =]{0,4}",
        1 => " {0,2}",
        1 => (1_usize..4, value()).prop_map(|(indent, value)| format!("{:indent$}{value}", "")),
    ]
}

/// Generates a file. Invalid lines are rare, so that most files can be parsed.
fn file() -> impl Strategy<Value = String> {
    let lines = prop::collection::vec(line(), 0..14);
    let end = prop_oneof![3 => Just("\n"), 1 => Just("\r\n"), 1 => Just("\r")];
    let mark = prop_oneof![20 => Just(""), 1 => Just("\u{feff}")];
    (mark, header(), lines, end).prop_map(|(mark, first, lines, end)| {
        let lines = [first].into_iter().chain(lines).map(|line| format!("{line}{end}"));
        mark.to_owned() + &lines.collect::<String>()
    })
}

fn read(kind: ConfigFileKind, text: &str) -> Result<ConfiguredProfiles, SyntaxError> {
    let mut profiles = ConfiguredProfiles::default();
    profiles.add(sort_sections(Path::new("file"), kind, parse(text)?));
    Ok(profiles)
}

/// Returns a profile in botocore's form.
fn in_botocore_form(profile: &Section) -> Value {
    let nested = |raw_value: &str| -> Value {
        let lines = raw_value.lines().map(str::trim).filter_map(|line| line.split_once('='));
        let pairs = lines.map(|(name, value)| (name.trim().to_owned(), value.trim().into()));
        Value::Object(pairs.collect())
    };
    let settings = profile.settings().map(|setting| {
        let raw_value = setting.raw_value.as_str();
        let value = if raw_value.starts_with('\n') { nested(raw_value) } else { raw_value.into() };
        (setting.name.clone(), value)
    });
    Value::Object(settings.collect())
}

#[test]
fn we_read_every_file_as_botocore_does() {
    let folder = tempfile::tempdir().unwrap();
    let mut runner = TestRunner::deterministic();
    let files: Vec<(ConfigFileKind, PathBuf, String)> = (0..FILES)
        .map(|number| {
            let text = file().new_tree(&mut runner).unwrap().current();
            let (kind, name) = match number % 3 {
                0 => (ConfigFileKind::Credentials, "credentials"),
                _ => (ConfigFileKind::Config, "config"),
            };
            let path = folder.path().join(format!("{name}-{number}"));
            std::fs::write(&path, &text).unwrap();
            (kind, path, text)
        })
        .collect();
    let paths: Vec<_> = files.iter().map(|(_, path, _)| path.clone()).collect();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let answers: Vec<Value> = python_answers(include_str!("read_config_files.py"), &paths);
    for ((kind, _, text), theirs) in files.iter().zip(answers) {
        let ours = read(*kind, text);
        let outcome = match theirs["error"].as_str() {
            // We skip a leading byte order mark and report it.
            Some("broken") if text.starts_with('\u{feff}') => {
                assert!(
                    cli_rejection(text).is_some_and(|cli_rejection| cli_rejection.line == 1),
                    "{text}"
                );
                "marked"
            }
            Some("broken") => {
                assert!(ours.is_err(), "botocore refuses it, and we do not:\n{text}");
                "broken"
            }
            // The AWS CLI rejects duplicates. The SDKs and we use the last one, and we report it.
            Some(_) => {
                let reported = ours.is_err() || cli_rejection(text).is_some();
                assert!(reported, "botocore refuses it, and we do not say so:\n{text}");
                "twice"
            }
            None => {
                assert_eq!(cli_rejection(text), None, "botocore reads it:\n{text}");
                let ours = ours.unwrap_or_else(|problem| panic!("{problem}:\n{text}"));
                let profiles = ours.profiles().iter();
                let ours: Map<_, _> = profiles
                    .map(|profile| (profile.name.clone(), in_botocore_form(profile)))
                    .collect();
                let mut theirs = theirs["profiles"].as_object().unwrap().clone();
                // A profile without a name cannot be selected.
                theirs.remove("");
                assert_eq!(ours, theirs, "\n{text}");
                if ours.is_empty() { "without a profile" } else { "with profiles" }
            }
        };
        *seen.entry(outcome).or_default() += 1;
    }
    // The generated files cover every outcome.
    assert!(
        seen["with profiles"] > FILES / 5
            && seen["broken"] > 10
            && seen["twice"] > 10
            && seen["marked"] > 5,
        "{seen:?}"
    );
}

#[tokio::test]
async fn the_sdk_reads_the_derived_text_as_we_read_the_file() {
    let mut runner = TestRunner::deterministic();
    let mut compared = 0;
    for _ in 0..FILES {
        let text = file().new_tree(&mut runner).unwrap().current();
        let Ok(ours) = read(ConfigFileKind::Config, &text) else { continue };
        let given = ours.sdk_text();
        let files = EnvConfigFiles::builder()
            .with_contents(EnvConfigFileKind::Config, given.clone())
            .build();
        let sdk: ProfileSet =
            aws_config::profile::load(&Fs::real(), &Env::from_slice(&[]), &files, None)
                .await
                .unwrap_or_else(|error| panic!("{error}:\n{text}\n{given}"));
        for profile in ours.profiles() {
            let theirs = sdk.get_profile(&sdk_name(&profile.name));
            let theirs = theirs.unwrap_or_else(|| panic!("{}:\n{text}\n{given}", profile.name));
            for setting in profile.settings() {
                let plain =
                    setting.name.chars().all(|one| one.is_ascii_alphanumeric() || one == '_');
                if plain && !setting.value.contains('\n') {
                    let value = theirs.get(&setting.name);
                    assert_eq!(value, Some(setting.value.as_str()), "{text}\n{given}");
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > FILES / 4, "{compared}");
}
