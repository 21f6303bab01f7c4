//! The AWS CLI, skopeo and the Docker Engine as clients. A missing client fails the test.

use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::process::{Child, Command};

use crate::client::{Lab, digest, lab, password};

async fn run(command: &mut Command) -> Output {
    let output = command.kill_on_drop(true).output();
    let output = tokio::time::timeout(Duration::from_secs(120), output).await;
    output.unwrap_or_else(|_| panic!("{command:?} did not end")).unwrap_or_else(|error| {
        panic!("{command:?} did not start: {error}");
    })
}

pub async fn succeed(command: &mut Command) -> String {
    let output = run(command).await;
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{command:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// `TRANSLOAD_AWS_CLI`, the tools of the checkout, or whatever is on the PATH.
fn aws_cli() -> PathBuf {
    if let Some(path) = std::env::var_os("TRANSLOAD_AWS_CLI") {
        return path.into();
    }
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../target/tools/python/bin/aws");
    if own.exists() { own } else { "aws".into() }
}

pub fn aws(lab: &Lab, arguments: &[&str]) -> Command {
    let mut command = Command::new(aws_cli());
    command
        .args(arguments)
        .args(["--endpoint-url", lab.practice.ecr_endpoint().as_str(), "--output", "json"])
        .env("AWS_ACCESS_KEY_ID", lab.practice.access_key_id())
        .env("AWS_SECRET_ACCESS_KEY", lab.practice.secret_access_key())
        .env("AWS_DEFAULT_REGION", lab.practice.region())
        .env("AWS_CONFIG_FILE", lab.folder.path().join("none"))
        .env("AWS_SHARED_CREDENTIALS_FILE", lab.folder.path().join("none"))
        .env("NO_PROXY", "127.0.0.1,localhost");
    command
}

#[tokio::test]
async fn the_aws_cli_reads_and_writes() {
    let lab = lab().await;
    let identity = succeed(&mut aws(&lab, &["sts", "get-caller-identity"])).await;
    let identity: Value = serde_json::from_str(&identity).unwrap();
    assert_eq!(identity["Arn"], "arn:aws:iam::111122223333:user/practice");
    let create =
        ["ecr", "create-repository", "--repository-name", "pgcli", "--tags", "Key=a,Value=b"];
    succeed(&mut aws(&lab, &create)).await;
    let token = lab.token().await;
    let manifest = lab.push("pgcli", &token, "latest", "content").await;
    let describe = ["ecr", "describe-images", "--repository-name", "pgcli"];
    let images: Value = serde_json::from_str(&succeed(&mut aws(&lab, &describe)).await).unwrap();
    assert_eq!(images["imageDetails"][0]["imageDigest"], digest(&manifest));
    // Version 1 prints times as numbers, version 2 as text.
    assert!(!images["imageDetails"][0]["imagePushedAt"].is_null());
    let login = succeed(&mut aws(&lab, &["ecr", "get-login-password"])).await;
    assert!(login.trim().len() > 40);
    let mut wrong = aws(&lab, &describe);
    wrong.env("AWS_SECRET_ACCESS_KEY", "wrong");
    let refused = run(&mut wrong).await;
    assert!(String::from_utf8_lossy(&refused.stderr).contains("InvalidSignatureException"));
}

#[tokio::test]
async fn skopeo_copies_an_index_in_and_out() {
    let lab = lab().await;
    lab.create("pgcli").await;
    let token = password(&lab.token().await);
    let source = format!("docker://{}/dencold/pgcli:latest", lab.practice.hub_registry_host());
    let target = format!("docker://{}/pgcli:latest", lab.practice.registry_host());
    let out = lab.folder.path().join("out");
    let policy = ["--insecure-policy"];
    succeed(
        Command::new("skopeo")
            .args(policy)
            .args(["copy", "--all", "--preserve-digests", "--src-tls-verify=false"])
            .args(["--dest-tls-verify=false", "--src-no-creds", "--dest-creds"])
            .args([&format!("AWS:{token}"), &source, &target]),
    )
    .await;
    let inspect = ["inspect", "--raw", "--tls-verify=false"];
    let creds = format!("--creds=AWS:{token}");
    let there = succeed(Command::new("skopeo").args(inspect).args([&creds, &target])).await;
    let here = succeed(Command::new("skopeo").args(inspect).args(["--no-creds", &source])).await;
    assert_eq!(there, here);
    succeed(
        Command::new("skopeo")
            .args(policy)
            .args(["copy", "--all", "--src-tls-verify=false", "--src-creds"])
            .args([&format!("AWS:{token}"), &target, &format!("dir:{}", out.display())]),
    )
    .await;
    let copied = std::fs::read(out.join("manifest.json")).unwrap();
    assert_eq!(String::from_utf8(copied).unwrap(), here);
}

/// A separate Docker Engine, which ends with the test.
struct Engine {
    daemon: Child,
    folder: tempfile::TempDir,
}

impl Engine {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).display().to_string();
        let log = std::fs::File::create(at("log")).unwrap();
        let daemon = Command::new("dockerd")
            .args(["--data-root", &at("data"), "--exec-root", &at("exec"), "-p", &at("pid")])
            .args(["-H", &format!("unix://{}", at("socket"))])
            .args(["--bridge=none", "--iptables=false", "--ip-forward=false", "--ip-masq=false"])
            .arg("--storage-driver=vfs")
            .env("NO_PROXY", "127.0.0.1,localhost")
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .expect("dockerd starts");
        let engine = Self { daemon, folder };
        for _ in 0..150 {
            if run(engine.docker(&["info"]).stdin(std::process::Stdio::null()))
                .await
                .status
                .success()
            {
                return engine;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        let log = std::fs::read_to_string(engine.folder.path().join("log")).unwrap();
        panic!("dockerd did not come up:\n{log}");
    }

    fn docker(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("docker");
        let socket = self.folder.path().join("socket");
        command
            .args(arguments)
            .env("DOCKER_HOST", format!("unix://{}", socket.display()))
            .env("DOCKER_CONFIG", self.folder.path().join("config"))
            .env_remove("DOCKER_CONTEXT");
        command
    }

    async fn log_in(&self, host: &str, user: &str, secret: &str) {
        let secret_file = self.folder.path().join("secret");
        std::fs::write(&secret_file, secret).unwrap();
        let input = std::fs::File::open(&secret_file).unwrap();
        let mut login = self.docker(&["login", "--username", user, "--password-stdin", host]);
        succeed(login.stdin(input)).await;
    }

    /// Stops the daemon with SIGTERM, so that it also stops its containerd.
    async fn stop(mut self) {
        let id = self.daemon.id().unwrap().to_string();
        succeed(Command::new("kill").args(["-TERM", &id])).await;
        let ended = tokio::time::timeout(Duration::from_secs(30), self.daemon.wait()).await;
        ended.expect("dockerd ends").unwrap();
    }
}

#[tokio::test]
async fn the_docker_engine_logs_in_pulls_and_pushes() {
    let lab = lab().await;
    lab.create("pgcli").await;
    let engine = Engine::start().await;
    let account = lab.practice.hub_account();
    let hub = lab.practice.hub_registry_host();
    engine.log_in(&hub, &account.name, &account.access_token).await;
    let source = format!("{hub}/dencold/billing-api:latest");
    succeed(&mut engine.docker(&["pull", &source])).await;

    let registry = lab.practice.registry_host();
    engine.log_in(&registry, "AWS", &password(&lab.token().await)).await;
    let target = format!("{registry}/pgcli:latest");
    succeed(&mut engine.docker(&["tag", &source, &target])).await;
    let pushed = succeed(&mut engine.docker(&["push", &target])).await;
    let images = lab.ok("DescribeImages", json!({ "repositoryName": "pgcli" })).await;
    let there = images["imageDetails"][0]["imageDigest"].as_str().unwrap();
    assert!(pushed.contains(&format!("latest: digest: {there} ")), "{pushed}");

    succeed(&mut engine.docker(&["rmi", &source, &target])).await;
    let pulled = succeed(&mut engine.docker(&["pull", &target])).await;
    assert!(pulled.contains(there), "{pulled}");
    let missing = format!("{registry}/nothing:latest");
    succeed(&mut engine.docker(&["tag", &target, &missing])).await;
    let refused = run(&mut engine.docker(&["push", &missing])).await;
    let errors = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(errors.contains("does not exist in the registry with id"), "{errors}");
    engine.stop().await;
}
