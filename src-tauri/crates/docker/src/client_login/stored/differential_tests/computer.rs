//! Random home folders with login files, helpers and variables.

use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use proptest::sample::subsequence;
use serde_json::{Map, Value, json};

use crate::client_login::stored::find::StoredLogins;
use crate::client_login::tests::write_program;
use crate::environment::DockerEnvironment;
use crate::system::System;
use transload_model::RegistryHost;

/// The placeholder for the registry in keys.
pub(super) const HOST: &str = "HOST";
/// The repository of the image that the tools request.
pub(super) const REPOSITORY: &str = "team/app/web";

/// The files of a home folder by their relative path, with `HOST` as the registry in their keys.
#[derive(Clone, Debug)]
pub(super) struct Computer {
    pub(super) files: Vec<(&'static str, String)>,
    pub(super) registry_auth_file: bool,
}

impl Computer {
    pub(super) fn write(&self, home: &Path, host: &str) {
        for (path, text) in &self.files {
            let path = home.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text.replace(HOST, host)).unwrap();
        }
        let bin = home.join("bin");
        std::fs::create_dir_all(&bin).unwrap();
        let login = format!(
            "read server; test \"$server\" = {host} || {{ echo 'credentials not found in native \
             keychain'; exit 1; }}; echo '{{\"ServerURL\":\"{host}\",\"Username\":\"helper\",\
             \"Secret\":\"pw\"}}'"
        );
        for (name, script) in [
            ("good", login.as_str()),
            ("empty", "cat > /dev/null; echo 'credentials not found in native keychain'; exit 1"),
            ("broken", "cat > /dev/null; echo 'no such luck'; exit 1"),
        ] {
            let path = bin.join(format!("docker-credential-{name}"));
            write_program(&path, &format!("#!/bin/sh\n{script}\n"));
        }
    }

    pub(super) fn environment(&self, home: &Path) -> DockerEnvironment {
        let mut search_path = home.join("bin").into_os_string();
        search_path.push(":/usr/bin:/bin");
        DockerEnvironment {
            home: Some(home.to_owned()),
            xdg_runtime_dir: Some(home.join("run")),
            registry_auth_file: self.registry_auth_file.then(|| home.join("mine.json")),
            search_path: Some(search_path),
            system: System::Linux,
            ..DockerEnvironment::default()
        }
    }

    /// Returns a command with the same environment as [`Computer::environment`].
    pub(super) fn command(&self, program: &str, home: &Path) -> Command {
        let path = std::env::var("PATH").unwrap_or_default();
        let program = std::env::split_paths(&path)
            .map(|folder| folder.join(program))
            .find(|path| path.is_file())
            .unwrap_or_else(|| panic!("{program} is not installed"));
        let mut command = Command::new(program);
        command.env_clear().env("HOME", home);
        command.env("PATH", self.environment(home).search_path.unwrap());
        command.env("XDG_RUNTIME_DIR", home.join("run"));
        if self.registry_auth_file {
            command.env("REGISTRY_AUTH_FILE", home.join("mine.json"));
        }
        command
    }

    /// Returns the login that Transload finds.
    pub(super) async fn found_login(&self, home: &Path, host: &str) -> Option<String> {
        let registry = RegistryHost::parse(host).unwrap();
        let mut logins = StoredLogins::read(&self.environment(home)).await;
        let found = logins.find(&registry, Some(REPOSITORY)).await.0?.login;
        // No tool sends an identity token to a registry that requests `Basic`.
        let is_password = !found.user.starts_with('<');
        is_password.then(|| format!("{}:{}", found.user, found.password.expose()))
    }
}

/// Returns `auths` with these keys and entries. Logins are numbered, which shows which one was
/// used.
fn numbered_entries(keys: Vec<(&'static str, Value)>) -> Value {
    let numbered = keys.into_iter().enumerate().map(|(index, (key, entry))| {
        let text =
            entry.to_string().replace("LOGIN", &STANDARD.encode(format!("u{index}:p{index}:x")));
        (key.to_owned(), serde_json::from_str(&text).unwrap())
    });
    Value::Object(numbered.collect::<Map<_, _>>())
}

fn entry() -> impl Strategy<Value = Value> {
    prop_oneof![
        6 => Just(json!({"auth": "LOGIN"})),
        1 => Just(json!({"Auth": "LOGIN", "email": "a@b.c"})),
        2 => Just(json!({})),
        1 => Just(json!({"auth": ""})),
        1 => Just(json!({"auth": null})),
    ]
}

fn with_entries(
    keys: impl Strategy<Value = Vec<&'static str>>,
    entry: impl Strategy<Value = Value>,
) -> impl Strategy<Value = Value> {
    (keys, proptest::collection::vec(entry, 8))
        .prop_map(|(keys, entries)| numbered_entries(keys.into_iter().zip(entries).collect()))
}

fn helper() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("good"), Just("empty"), Just("broken"), Just("missing"), Just("")]
}

/// Random computers for the comparison with Docker.
///
/// Docker uses a random one of several keys of a host, and does not support keys for namespaces: so
/// there is at most one key besides the exact one, and none for a namespace of the image. A damaged
/// entry makes Docker ignore random other entries; Transload ignores only the damaged entry: so no
/// entry is damaged.
pub(super) fn docker_computers() -> impl Strategy<Value = Computer> {
    let exact = proptest::option::weighted(0.5, Just(HOST));
    let other = prop_oneof![
        Just("http://HOST"),
        Just("https://HOST"),
        Just("https://HOST/v1/"),
        Just("http://HOST/v2/"),
        Just("HOST/"),
        Just("HOST/v1/"),
        Just("HOST/other"),
        Just("other.example"),
    ];
    let keys = (exact, proptest::option::weighted(0.7, other))
        .prop_map(|(exact, other)| exact.into_iter().chain(other).collect::<Vec<_>>());
    let entry = prop_oneof![
        9 => entry(),
        1 => Just(json!({"username": "plain", "password": "pw"})),
        1 => Just(json!({"identitytoken": "t0k"})),
        // Docker does not send a bearer token to a registry that requests `Basic`.
        1 => Just(json!({"registrytoken": "t0k"})),
        1 => Just(json!({"registrytoken": "", "auth": "LOGIN"})),
    ];
    let store = proptest::option::weighted(0.5, helper());
    let of_registry = proptest::option::weighted(0.3, helper());
    let auths = prop_oneof![Just("auths"), Just("Auths")];
    let other_text = prop_oneof![
        9 => Just(None),
        1 => Just(Some("".to_owned())),
        1 => Just(Some("null".to_owned())),
        1 => Just(Some("{\"auths\":".to_owned())),
    ];
    let tail = prop_oneof![5 => Just(""), 1 => Just("\n trailing")];
    (with_entries(keys, entry), auths, store, of_registry, other_text, tail).prop_map(
        |(entries, auths, store, of_registry, other_text, tail)| {
            let mut top = json!({ auths: entries });
            if let Some(store) = store {
                top["credsStore"] = json!(store);
            }
            if let Some(of_registry) = of_registry {
                top["credHelpers"] = json!({HOST: of_registry});
            }
            let text = other_text.unwrap_or_else(|| format!("{top}{tail}"));
            Computer { files: vec![(".docker/config.json", text)], registry_auth_file: false }
        },
    )
}

/// Random computers for the comparison with skopeo.
///
/// skopeo stops at a file that it can't read, and Transload continues: so every file is valid.
/// skopeo does not support `credsStore`, and does not match a key with a path but without a scheme.
pub(super) fn skopeo_computers() -> impl Strategy<Value = Computer> {
    let keys = || {
        let keys = vec![
            HOST,
            "http://HOST",
            "https://HOST/v1/",
            "HOST/team",
            "HOST/team/app",
            "HOST/team/app/web",
            "HOST/other",
            "other.example",
        ];
        subsequence(keys, 0..4).prop_shuffle().prop_filter(
            // skopeo uses a random one of several URLs of a host.
            "one URL",
            |keys| keys.iter().filter(|key| key.starts_with("http")).count() < 2,
        )
    };
    let file = move || {
        let of_registry = prop_oneof![Just("good"), Just("empty")];
        let of_registry = proptest::option::weighted(0.15, of_registry);
        (with_entries(keys(), entry()), of_registry).prop_map(|(entries, of_registry)| {
            let mut top = json!({ "auths": entries });
            if let Some(of_registry) = of_registry {
                top["credHelpers"] = json!({HOST: of_registry});
            }
            top.to_string()
        })
    };
    let legacy = with_entries(
        prop_oneof![Just(vec![HOST]), Just(vec!["https://HOST/v1/"]), Just(vec!["HOST/v1/"])],
        entry(),
    );
    let half_of_the_time = |strategy| proptest::option::weighted(0.5, strategy);
    let files = (
        half_of_the_time(file().boxed()),
        half_of_the_time(file().boxed()),
        half_of_the_time(file().boxed()),
        half_of_the_time(file().boxed()),
        half_of_the_time(legacy.prop_map(|value| value.to_string()).boxed()),
    );
    // `registries.conf`. A list without the login files excludes them for skopeo, but Transload
    // still reads the files of Docker.
    let helper_lists = prop_oneof![
        6 => Just(""),
        1 => Just("credential-helpers = [\"containers-auth.json\", \"good\"]"),
        1 => Just("credential-helpers = [\"good\", \"containers-auth.json\"]"),
        1 => Just("credential-helpers = [\"empty\", \"containers-auth.json\"]"),
        1 => Just("credential-helpers = [\"good\"]"),
        1 => Just("credential-helpers = [\"empty\"]"),
    ];
    let list_paths = prop_oneof![
        Just(".config/containers/registries.conf"),
        Just(".config/containers/registries.conf.d/50-mine.conf"),
    ];
    let flags = (proptest::bool::weighted(0.3), helper_lists, list_paths);
    (files, flags).prop_map(|(files, (registry_auth_file, list, list_path))| {
        let (mine, runtime, configuration, docker, legacy) = files;
        let files = [
            ("mine.json", mine),
            ("run/containers/auth.json", runtime),
            (".config/containers/auth.json", configuration),
            (".docker/config.json", docker),
            (".dockercfg", legacy),
        ];
        let mut files: Vec<_> =
            files.into_iter().filter_map(|(path, text)| Some((path, text?))).collect();
        // containers/image reads only the named file since version 5.24.
        if registry_auth_file {
            files.retain(|(path, _)| matches!(*path, "mine.json" | "run/containers/auth.json"));
        }
        if !list.is_empty() {
            files.push((list_path, list.to_owned()));
            if !list.contains("auth.json") {
                files.retain(|(path, _)| !path.starts_with(".docker"));
            }
        }
        // skopeo requires that the runtime folder exists.
        files.push(("run/placeholder", String::new()));
        Computer { files, registry_auth_file }
    })
}
