//! The same files and variables, read by us, by the Docker CLI and by skopeo.
//!
//! `docker manifest inspect` and `skopeo list-tags` ask a registry of ours, which records the login
//! that they send. Where we differ on purpose is said beside each strategy.

use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use proptest::sample::subsequence;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};
use tokio::io::AsyncWriteExt as _;

use super::*;
use crate::client_login::stored::login_files::podman_file;
use crate::client_login::tests::write_program;
use crate::environment::DockerEnvironment;
use crate::system::System;
use transload_model::RegistryHost;
use transload_network::testing::{Authority, Validity, read_head};

/// How many computers are made for each tool. One costs about a fifth of a second.
const COMPUTERS: usize = 60;
/// Stands for the registry in keys.
const HOST: &str = "HOST";
const REPOSITORY: &str = "team/app/web";

/// A registry with TLS that lets in everybody who sends a login, and says that there is no image.
struct Registry {
    port: u16,
    seen: Arc<Mutex<Option<String>>>,
    server: tokio::task::JoinHandle<()>,
}

impl Registry {
    /// One that asks for user and password.
    async fn start() -> Self {
        Self::asking_for("Basic realm=\"test\"").await
    }

    async fn asking_for(challenge: &'static str) -> Self {
        let seen: Arc<Mutex<Option<String>>> = Arc::default();
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let acceptor = Authority::new("test").leaf("localhost", Validity::Now).acceptor();
        let record = Arc::clone(&seen);
        let server = tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let (acceptor, record) = (acceptor.clone(), Arc::clone(&record));
                tokio::spawn(async move {
                    let Ok(mut stream) = acceptor.accept(connection).await else { return };
                    let asked = read_head(&mut stream).await;
                    let login = login_in(&asked);
                    let status = match &login {
                        None => "401 Unauthorized",
                        Some(_) if asked.starts_with("GET /v2/ ") => "200 OK",
                        Some(_) => "404 Not Found",
                    };
                    if login.is_some() {
                        *record.lock().unwrap() = login;
                    }
                    let answer = format!(
                        "HTTP/1.1 {status}\r\nWWW-Authenticate: {challenge}\r\n\
                         Docker-Distribution-Api-Version: registry/2.0\r\n\
                         Content-Length: 0\r\nConnection: close\r\n\r\n"
                    );
                    let _ = stream.write_all(answer.as_bytes()).await;
                    let _ = stream.shutdown().await;
                });
            }
        });
        Self { port, seen, server }
    }

    fn host(&self) -> String {
        format!("localhost:{}", self.port)
    }

    /// The login that came since the last look. skopeo sends an empty one where it has none.
    fn take(&self) -> Option<String> {
        self.seen.lock().unwrap().take().filter(|login| login != ":")
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// The login of a request.
fn login_in(head: &str) -> Option<String> {
    let header = |line: &str| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("authorization").then(|| value.to_owned())
    };
    let value = head.lines().find_map(header)?;
    if value.starts_with("Bearer ") {
        return Some(value);
    }
    let login = STANDARD.decode(value.strip_prefix("Basic ").unwrap()).unwrap();
    Some(String::from_utf8(login).unwrap())
}

/// Files by their path from the home folder, with `HOST` for the registry in their keys.
#[derive(Clone, Debug)]
struct Computer {
    files: Vec<(&'static str, String)>,
    registry_auth_file: bool,
}

impl Computer {
    fn write(&self, home: &Path, host: &str) {
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

    fn environment(&self, home: &Path) -> DockerEnvironment {
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

    /// A command with the same environment.
    fn command(&self, program: &str, home: &Path) -> Command {
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

    async fn ours(&self, home: &Path, host: &str) -> Option<String> {
        let registry = RegistryHost::parse(host).unwrap();
        let mut logins = StoredLogins::read(&self.environment(home)).await;
        let found = logins.find(&registry, Some(REPOSITORY)).await.0?.login;
        // A registry that asks for `Basic` gets no identity token, from nobody.
        let basic = !found.user.starts_with('<');
        basic.then(|| format!("{}:{}", found.user, found.password.expose()))
    }
}

/// A key of `auths` and its entry. Logins are numbered, so that it shows which one was taken.
fn entries(keys: Vec<(&'static str, Value)>) -> Value {
    let numbered = keys.into_iter().enumerate().map(|(at, (key, entry))| {
        let text = entry.to_string().replace("LOGIN", &STANDARD.encode(format!("u{at}:p{at}:x")));
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
        .prop_map(|(keys, entries_)| entries(keys.into_iter().zip(entries_).collect()))
}

fn helper() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("good"), Just("empty"), Just("broken"), Just("missing"), Just("")]
}

/// Docker takes one of several keys of one host at random, and it knows no keys for parts of a
/// registry: at most one key beside the exact one, and none of a part that is meant.
/// One damaged entry costs Docker all others, at random; it costs us itself: none is damaged here.
fn dockers_computer() -> impl Strategy<Value = Computer> {
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
        // A registry that asks for `Basic` gets no bearer token either.
        1 => Just(json!({"registrytoken": "t0k"})),
        1 => Just(json!({"registrytoken": "", "auth": "LOGIN"})),
    ];
    let store = proptest::option::weighted(0.5, helper());
    let own = proptest::option::weighted(0.3, helper());
    let auths = prop_oneof![Just("auths"), Just("Auths")];
    let odd = prop_oneof![
        9 => Just(None),
        1 => Just(Some("".to_owned())),
        1 => Just(Some("null".to_owned())),
        1 => Just(Some("{\"auths\":".to_owned())),
    ];
    let tail = prop_oneof![5 => Just(""), 1 => Just("\n trailing")];
    (with_entries(keys, entry), auths, store, own, odd, tail).prop_map(
        |(entries, auths, store, own, odd, tail)| {
            let mut top = json!({ auths: entries });
            if let Some(store) = store {
                top["credsStore"] = json!(store);
            }
            if let Some(own) = own {
                top["credHelpers"] = json!({HOST: own});
            }
            let text = odd.unwrap_or_else(|| format!("{top}{tail}"));
            Computer { files: vec![(".docker/config.json", text)], registry_auth_file: false }
        },
    )
}

/// skopeo stops at what it cannot read, and we go on: every file here can be read. It does not know
/// `credsStore`, and takes the host of a key without a scheme only where no path follows.
fn skopeos_computer() -> impl Strategy<Value = Computer> {
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
            // Of several URLs of one host skopeo takes one at random.
            "one URL",
            |keys| keys.iter().filter(|key| key.starts_with("http")).count() < 2,
        )
    };
    let file = move || {
        let own = prop_oneof![Just("good"), Just("empty")];
        let own = proptest::option::weighted(0.15, own);
        (with_entries(keys(), entry()), own).prop_map(|(entries, own)| {
            let mut top = json!({ "auths": entries });
            if let Some(own) = own {
                top["credHelpers"] = json!({HOST: own});
            }
            top.to_string()
        })
    };
    let legacy = with_entries(
        prop_oneof![Just(vec![HOST]), Just(vec!["https://HOST/v1/"]), Just(vec!["HOST/v1/"])],
        entry(),
    );
    let some = |strategy| proptest::option::weighted(0.5, strategy);
    let files = (
        some(file().boxed()),
        some(file().boxed()),
        some(file().boxed()),
        some(file().boxed()),
        some(legacy.prop_map(|value| value.to_string()).boxed()),
    );
    // Of the helpers of `registries.conf`; a list without the files leaves the files of Docker to us.
    let lists = prop_oneof![
        6 => Just(""),
        1 => Just("credential-helpers = [\"containers-auth.json\", \"good\"]"),
        1 => Just("credential-helpers = [\"good\", \"containers-auth.json\"]"),
        1 => Just("credential-helpers = [\"empty\", \"containers-auth.json\"]"),
        1 => Just("credential-helpers = [\"good\"]"),
        1 => Just("credential-helpers = [\"empty\"]"),
    ];
    let places = prop_oneof![
        Just(".config/containers/registries.conf"),
        Just(".config/containers/registries.conf.d/50-mine.conf"),
    ];
    let flags = (proptest::bool::weighted(0.3), lists, places);
    (files, flags).prop_map(|(files, (registry_auth_file, list, place))| {
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
        // containers/image from 5.24 on reads nothing beside the file that is named.
        if registry_auth_file {
            files.retain(|(path, _)| matches!(*path, "mine.json" | "run/containers/auth.json"));
        }
        if !list.is_empty() {
            files.push((place, list.to_owned()));
            if !list.contains("auth.json") {
                files.retain(|(path, _)| !path.starts_with(".docker"));
            }
        }
        // It refuses a folder of sockets that does not exist.
        files.push(("run/is-there", String::new()));
        Computer { files, registry_auth_file }
    })
}

/// Compares on many computers; gives how often there was a login.
async fn compare(
    strategy: impl Strategy<Value = Computer>,
    ask: impl Fn(&Computer, &Path, &str) -> Command,
) -> usize {
    let registry = Registry::start().await;
    let host = registry.host();
    let mut runner = TestRunner::deterministic();
    let mut logins = 0;
    for _ in 0..COMPUTERS {
        let computer = strategy.new_tree(&mut runner).unwrap().current();
        let home = tempfile::tempdir().unwrap();
        computer.write(home.path(), &host);
        let mut command = ask(&computer, home.path(), &host);
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let theirs = registry.take();
        let ours = computer.ours(home.path(), &host).await;
        assert_eq!(ours, theirs, "ours, theirs; {computer:#?} {said}");
        logins += usize::from(theirs.is_some());
    }
    logins
}

#[tokio::test(flavor = "multi_thread")]
async fn the_docker_cli_sends_the_login_that_we_find() {
    let logins = compare(dockers_computer(), |computer, home, host| {
        let mut command = computer.command("docker", home);
        command.args(["manifest", "inspect", "--insecure"]);
        command.arg(format!("{host}/{REPOSITORY}:1"));
        command
    });
    let logins = logins.await;
    assert!(logins > COMPUTERS / 5 && logins < COMPUTERS * 9 / 10, "{logins}");
}

/// A bearer token is sent as it is, before any other login of the entry.
#[tokio::test(flavor = "multi_thread")]
async fn the_docker_cli_sends_a_stored_bearer_token_as_we_do() {
    let registry = Registry::asking_for("Bearer realm=\"https://localhost:1/token\"").await;
    let host = registry.host();
    let both = json!({"registrytoken": "t0k-both", "identitytoken": "i", "auth": "dTpw"});
    for (entry, token) in [(json!({"registrytoken": "t0k"}), "t0k"), (both, "t0k-both")] {
        let text = json!({"auths": {HOST: entry}}).to_string();
        let files = vec![(".docker/config.json", text)];
        let computer = Computer { files, registry_auth_file: false };
        let home = tempfile::tempdir().unwrap();
        computer.write(home.path(), &host);
        let mut command = computer.command("docker", home.path());
        command.args(["manifest", "inspect", "--insecure"]);
        command.arg(format!("{host}/{REPOSITORY}:1"));
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let theirs = registry.take();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(theirs, Some(format!("Bearer {token}")), "{said}");

        let mut logins = StoredLogins::read(&computer.environment(home.path())).await;
        let named = RegistryHost::parse(&host).unwrap();
        let found = logins.find(&named, Some(REPOSITORY)).await.0.unwrap().login;
        let (user, password) = (found.user.as_str(), found.password.expose().as_str());
        assert_eq!((user, password), ("<registrytoken>", token));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn skopeo_sends_the_login_that_we_find() {
    let logins = compare(skopeos_computer(), |computer, home, host| {
        let mut command = computer.command("skopeo", home);
        command.args(["list-tags", "--tls-verify=false"]);
        command.arg(format!("docker://{host}/{REPOSITORY}"));
        command
    });
    let logins = logins.await;
    assert!(logins > COMPUTERS / 5 && logins < COMPUTERS * 9 / 10, "{logins}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_podman_and_skopeo_write_is_found_where_they_write_it() {
    let registry = Registry::start().await;
    let host = registry.host();
    for (tool, registry_auth_file) in
        [("skopeo", false), ("skopeo", true), ("podman", false), ("podman", true)]
    {
        let computer =
            Computer { files: vec![("run/is-there", String::new())], registry_auth_file };
        let home = tempfile::tempdir().unwrap();
        computer.write(home.path(), &host);
        let mut command = computer.command(tool, home.path());
        command.args(["login", "--tls-verify=false", "--username=ada", "--password=x:y", &host]);
        if registry_auth_file {
            // Both refuse a file that they are to write and that is not there, but for an empty one.
            std::fs::write(home.path().join("mine.json"), "{}").unwrap();
        }
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        let written = podman_file(&computer.environment(home.path())).unwrap();
        assert!(written.is_file(), "{tool}: {said}");
        assert_eq!(computer.ours(home.path(), &host).await.as_deref(), Some("ada:x:y"), "{tool}");
    }
}
