//! Compares the search for logins with the Docker CLI, skopeo and Podman, on random files and
//! variables.
//!
//! `docker manifest inspect` and `skopeo list-tags` send requests to a local registry, which
//! records the login that they send. Intended differences are documented at each strategy.

mod computer;
mod recording_registry;

use std::path::Path;
use std::process::Command;

use proptest::strategy::{Strategy, ValueTree as _};
use proptest::test_runner::TestRunner;
use serde_json::json;

use self::computer::{Computer, HOST, REPOSITORY, docker_computers, skopeo_computers};
use self::recording_registry::RecordingRegistry;
use crate::client_login::stored::find::StoredLogins;
use crate::client_login::stored::login_files::podman_file;
use transload_model::RegistryHost;

/// Number of random computers for each tool. Each takes about 200 ms.
const COMPUTERS: usize = 60;

/// Compares Transload with a tool on random computers. Returns how often there was a login.
async fn compare(
    strategy: impl Strategy<Value = Computer>,
    command: impl Fn(&Computer, &Path, &str) -> Command,
) -> usize {
    let registry = RecordingRegistry::start().await;
    let host = registry.host();
    let mut runner = TestRunner::deterministic();
    let mut logins = 0;
    for _ in 0..COMPUTERS {
        let computer = strategy.new_tree(&mut runner).unwrap().current();
        let home = tempfile::tempdir().unwrap();
        computer.write(home.path(), &host);
        let mut command = command(&computer, home.path(), &host);
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        let sent = registry.take_login();
        let found = computer.found_login(home.path(), &host).await;
        assert_eq!(found, sent, "found by Transload, sent by the tool; {computer:#?} {stderr}");
        logins += usize::from(sent.is_some());
    }
    logins
}

#[tokio::test(flavor = "multi_thread")]
async fn transload_finds_the_login_that_the_docker_cli_sends() {
    let logins = compare(docker_computers(), |computer, home, host| {
        let mut command = computer.command("docker", home);
        command.args(["manifest", "inspect", "--insecure"]);
        command.arg(format!("{host}/{REPOSITORY}:1"));
        command
    });
    let logins = logins.await;
    assert!(logins > COMPUTERS / 5 && logins < COMPUTERS * 9 / 10, "{logins}");
}

/// A bearer token is sent unchanged, and takes precedence over other logins of the entry.
#[tokio::test(flavor = "multi_thread")]
async fn transload_finds_the_bearer_token_that_the_docker_cli_sends() {
    let registry =
        RecordingRegistry::with_challenge("Bearer realm=\"https://localhost:1/token\"").await;
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
        let sent = registry.take_login();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(sent, Some(format!("Bearer {token}")), "{stderr}");

        let mut logins = StoredLogins::read(&computer.environment(home.path())).await;
        let registry_host = RegistryHost::parse(&host).unwrap();
        let found = logins.find(&registry_host, Some(REPOSITORY)).await.0.unwrap().login;
        let (user, password) = (found.user.as_str(), found.password.expose().as_str());
        assert_eq!((user, password), ("<registrytoken>", token));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn transload_finds_the_login_that_skopeo_sends() {
    let logins = compare(skopeo_computers(), |computer, home, host| {
        let mut command = computer.command("skopeo", home);
        command.args(["list-tags", "--tls-verify=false"]);
        command.arg(format!("docker://{host}/{REPOSITORY}"));
        command
    });
    let logins = logins.await;
    assert!(logins > COMPUTERS / 5 && logins < COMPUTERS * 9 / 10, "{logins}");
}

#[tokio::test(flavor = "multi_thread")]
async fn transload_finds_the_logins_that_podman_and_skopeo_write() {
    let registry = RecordingRegistry::start().await;
    let host = registry.host();
    for (tool, registry_auth_file) in
        [("skopeo", false), ("skopeo", true), ("podman", false), ("podman", true)]
    {
        let computer =
            Computer { files: vec![("run/placeholder", String::new())], registry_auth_file };
        let home = tempfile::tempdir().unwrap();
        computer.write(home.path(), &host);
        let mut command = computer.command(tool, home.path());
        command.args(["login", "--tls-verify=false", "--username=ada", "--password=x:y", &host]);
        if registry_auth_file {
            // Both require that the named file exists.
            std::fs::write(home.path().join("mine.json"), "{}").unwrap();
        }
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        let written = podman_file(&computer.environment(home.path())).unwrap();
        assert!(written.is_file(), "{tool}: {stderr}");
        assert_eq!(
            computer.found_login(home.path(), &host).await.as_deref(),
            Some("ada:x:y"),
            "{tool}"
        );
    }
}
