//! `transload-cli name test`: real clients push and pull through nginx in front of practice's ECR, and what they pushed is
//! deleted.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tempfile::TempDir;
use transload_tests::company_network::CertificateAuthority;
use transload_tests::ecr::{Ecr, PROFILE};
use transload_tests::name_proxy::{NameProxy, ProxyKind, ProxyTls};
use transload_tests::process::Process;
use transload_tests::program::ProgramOutput;
use transload_tests::servers::TestEngine;
use transload_tests::tools::{engine_root, system_tool};

/// Runs the test of a name. The variables name the engines of the story.
async fn test_name(
    ecr: &Ecr,
    proxy: &NameProxy,
    authority: &CertificateAuthority,
    variables: &[(&str, &str)],
) -> Result<(ProgramOutput, Value)> {
    let home = ecr.home()?;
    let ca_file = authority.file().display().to_string();
    let name = format!("127.0.0.1:{}", proxy.port());
    let test = ["--ca-file", &ca_file, "name", "test", &name, "--json", "--aws-profile", PROFILE];
    let tested = home
        .transload_cli(test)?
        .variable("SSL_CERT_FILE", &ca_file)
        .variables(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
        .finish()
        .await?;
    let proof = serde_json::from_slice(&tested.stdout)
        .with_context(|| format!("{}{}", tested.text(), tested.stderr))?;
    Ok((tested, proof))
}

fn client<'a>(proof: &'a Value, name: &str) -> Result<&'a Value> {
    let clients = proof["clients"].as_array().context("the clients")?;
    clients.iter().find(|one| one["client"] == name).with_context(|| format!("{name}: {proof:#}"))
}

async fn passes_with(variables: &[(&str, &str)], clients: &[&str]) -> Result<()> {
    let ecr = Ecr::practice().await?;
    let authority = CertificateAuthority::new("Example Corp Root CA")?;
    let (files, ca_file) = (authority.server("127.0.0.1")?, authority.file());
    let tls = ProxyTls { name: &files, authority: &ca_file };
    let registry = ecr.registry_host();
    let proxy =
        NameProxy::start(ProxyKind::Nginx, "127.0.0.1", &registry, &tls, |text| text).await?;
    let (tested, proof) = test_name(&ecr, &proxy, &authority, variables).await?;
    for name in clients {
        let client = client(&proof, name)?;
        ensure!(client["state"] == "passed", "{name}: {proof:#}");
        ensure!(client["pushed_digest"] == client["pulled_digest"], "{name}: {client:#}");
    }
    ensure!(tested.status.success(), "{proof:#}");
    // Everything went through the name, and nothing is left in ECR.
    let puts = proxy.requests().iter().filter(|line| line.starts_with("PUT ")).count();
    ensure!(puts >= clients.len(), "{:?}", proxy.requests());
    let left =
        ecr.aws()?.run(["ecr", "describe-repositories", "--output", "json"]).succeed().await?;
    let left: Value = serde_json::from_slice(&left.stdout)?;
    ensure!(left["repositories"].as_array().is_some_and(Vec::is_empty), "{left:#}");
    Ok(())
}

#[tokio::test]
async fn skopeo_and_docker_with_a_graph_driver_pass_and_nothing_is_left() -> Result<()> {
    let engine = TestEngine::docker().await?;
    passes_with(&[("DOCKER_HOST", &engine.address())], &["skopeo", "docker"]).await
}

#[tokio::test]
async fn docker_with_the_containerd_store_passes() -> Result<()> {
    let engine = TestEngine::docker_in(&engine_root("docker-26")?, true).await?;
    passes_with(&[("DOCKER_HOST", &engine.address())], &["docker"]).await
}

/// containerd of its own, without a network and without the plugin for Kubernetes. `ctr` finds it by its variables.
#[tokio::test]
async fn containerd_passes() -> Result<()> {
    let folder = TempDir::with_prefix("cd-")?;
    let inside = |name: &str| folder.path().join(name).display().to_string();
    let (root, state, socket) = (inside("root"), inside("state"), inside("containerd.sock"));
    let configuration = format!(
        "version = 2\nroot = \"{root}\"\nstate = \"{state}\"\ndisabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n\
         [grpc]\naddress = \"{socket}\"\n[plugins.\"io.containerd.internal.v1.opt\"]\npath = \"{}\"\n",
        inside("opt")
    );
    std::fs::write(inside("config.toml"), configuration)?;
    let program = system_tool("containerd")?;
    let mut process = Process::start(&program, ["--config", &inside("config.toml")], [])?;
    process
        .wait_until_ready(Duration::from_secs(60), async || {
            tokio::net::UnixStream::connect(&socket).await.is_ok()
        })
        .await?;
    let variables = [("CONTAINERD_ADDRESS", socket.as_str()), ("CONTAINERD_SNAPSHOTTER", "native")];
    passes_with(&variables, &["containerd"]).await
}

/// Without the rewritten `Location`, a push of Docker fails, and the test says at which step.
#[tokio::test]
async fn a_name_that_does_not_rewrite_location_fails_and_is_cleaned_up() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let authority = CertificateAuthority::new("Example Corp Root CA")?;
    let (files, ca_file) = (authority.server("127.0.0.1")?, authority.file());
    let tls = ProxyTls { name: &files, authority: &ca_file };
    let without = |text: String| -> String {
        let lines = text.lines().filter(|line| !line.contains("proxy_redirect"));
        let text: String = lines.map(|line| format!("{line}\n")).collect();
        text.replace("proxy_buffering off;", "proxy_buffering off; proxy_redirect off;")
    };
    let proxy =
        NameProxy::start(ProxyKind::Nginx, "127.0.0.1", &ecr.registry_host(), &tls, without)
            .await?;
    let engine = TestEngine::docker().await?;
    let (tested, proof) =
        test_name(&ecr, &proxy, &authority, &[("DOCKER_HOST", &engine.address())]).await?;
    ensure!(tested.status.code() == Some(1), "{proof:#}");
    let docker = client(&proof, "docker")?;
    ensure!(docker["state"] == "failed" && docker["message"] == "Push failed.", "{docker:#}");
    let left =
        ecr.aws()?.run(["ecr", "describe-repositories", "--output", "text"]).succeed().await?;
    ensure!(left.text().trim().is_empty(), "{}", left.text());
    Ok(())
}
