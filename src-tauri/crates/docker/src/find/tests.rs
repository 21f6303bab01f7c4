//! Candidates from settings and Docker contexts in a temporary home folder, and attempts to reach
//! engines.

use std::path::PathBuf;

use tempfile::TempDir;

use super::*;
use crate::system::System;
use crate::test_servers::RealEngine;
use crate::tls_files::TlsFiles;
use transload_model::Digest;

/// A temporary home folder with Docker's configuration.
struct DockerHome {
    folder: TempDir,
    environment: DockerEnvironment,
}

impl DockerHome {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let environment = DockerEnvironment {
            home: Some(folder.path().to_owned()),
            uid: Some(1000),
            ..DockerEnvironment::default()
        };
        Self { folder, environment }
    }

    fn write(&self, path: &str, content: &str) -> PathBuf {
        let path = self.folder.path().join(".docker").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    fn write_context(&self, name: &str, meta: &str) {
        let hash = Digest::of(name.as_bytes());
        self.write(&format!("contexts/meta/{}/meta.json", hash.hex()), meta);
    }

    fn select_context(&self, name: &str) {
        self.write("config.json", &format!("{{\"auths\":{{}},\"currentContext\":{name:?}}}"));
    }

    fn only_candidate(&self, setting: Option<&str>) -> (String, EngineOrigin) {
        let found = candidates(&self.environment, setting).unwrap();
        assert_eq!(found.len(), 1, "{found:?}");
        (found[0].address.to_string(), found[0].origin.clone())
    }
}

fn meta(host: &str) -> String {
    format!(
        "{{\"Name\":\"x\",\"Metadata\":{{}},\"Endpoints\":{{\"docker\":{{\"Host\":{host:?},\
         \"SkipTLSVerify\":false}}}}}}"
    )
}

fn context(name: &str) -> EngineOrigin {
    EngineOrigin::Context { name: name.to_owned() }
}

#[test]
fn a_chosen_address_is_the_only_candidate() {
    let mut home = DockerHome::new();
    home.write_context("colima", &meta("unix:///colima.sock"));
    home.write_context("other", &meta("unix:///other.sock"));
    home.select_context("colima");
    assert_eq!(home.only_candidate(None), ("unix:///colima.sock".to_owned(), context("colima")));
    home.environment.docker_context = Some("other".to_owned());
    assert_eq!(home.only_candidate(None), ("unix:///other.sock".to_owned(), context("other")));
    home.environment.docker_host = Some("unix:///env.sock".to_owned());
    assert_eq!(
        home.only_candidate(None),
        ("unix:///env.sock".to_owned(), EngineOrigin::Environment)
    );
    assert_eq!(
        home.only_candidate(Some("/set.sock")),
        ("unix:///set.sock".to_owned(), EngineOrigin::Settings)
    );
    assert_eq!(
        home.only_candidate(Some("  ")),
        ("unix:///env.sock".to_owned(), EngineOrigin::Environment)
    );
}

#[cfg(unix)]
#[test]
fn by_default_the_sockets_of_the_products_are_tried_in_order() {
    let mut home = DockerHome::new();
    let products = |home: &DockerHome| -> Vec<_> {
        let list = candidates(&home.environment, None).unwrap();
        list.into_iter()
            .map(|candidate| match candidate.origin {
                EngineOrigin::Socket { product } => (product, candidate.address.to_string()),
                other => panic!("{other:?}"),
            })
            .collect()
    };
    let at = |path: &str| format!("unix://{}/{path}", home.folder.path().display());
    let expected = [
        ("Docker Engine", "unix:///var/run/docker.sock".to_owned()),
        ("Docker Desktop", at(".docker/desktop/docker.sock")),
        ("Docker Desktop", at(".docker/run/docker.sock")),
        ("Docker Engine (rootless)", "unix:///run/user/1000/docker.sock".to_owned()),
        ("Rancher Desktop", at(".rd/docker.sock")),
        ("Colima", at(".colima/default/docker.sock")),
        ("Colima", at(".config/colima/default/docker.sock")),
        ("Podman", "unix:///run/user/1000/podman/podman.sock".to_owned()),
        ("Podman", "unix:///run/podman/podman.sock".to_owned()),
    ];
    assert_eq!(products(&home), expected);
    // The context `default` means the same, in the file and in the variable.
    home.select_context("default");
    assert_eq!(products(&home), expected);
    home.select_context("missing");
    home.environment.docker_context = Some("default".to_owned());
    assert_eq!(products(&home), expected);
}

#[test]
fn a_damaged_configuration_counts_as_missing() {
    let home = DockerHome::new();
    home.write("config.json", "{\"currentContext\":");
    assert!(candidates(&home.environment, None).unwrap().len() > 1);
}

#[test]
fn an_unusable_context_is_an_error_without_a_fallback() {
    let home = DockerHome::new();
    home.write_context("damaged", "{\"Endpoints\":");
    home.write_context("empty", "{\"Name\":\"empty\",\"Endpoints\":{}}");
    home.write_context("no-scheme", &meta("127.0.0.1:2375"));
    for (name, word) in [
        ("unknown", "the context does not exist"),
        ("damaged", "couldn't read"),
        ("empty", "no Docker endpoint"),
        ("../../../etc", "the context does not exist"),
    ] {
        home.select_context(name);
        match candidates(&home.environment, None) {
            Err(DockerError::ContextInvalid { name: named, detail }) => {
                assert_eq!(named, name);
                assert!(detail.contains(word), "{detail}");
            }
            other => panic!("{name}: {other:?}"),
        }
    }
    home.write_context("ssh", &meta("ssh://ada@host"));
    for name in ["ssh", "no-scheme"] {
        home.select_context(name);
        let error = candidates(&home.environment, None).unwrap_err();
        assert!(matches!(error, DockerError::AddressInvalid { .. }), "{error:?}");
    }
}

#[test]
fn a_context_has_its_own_tls_settings() {
    let home = DockerHome::new();
    home.select_context("remote");
    home.write_context("remote", &meta("tcp://docker.example:2376"));
    let tls = || match &candidates(&home.environment, None).unwrap()[0].address {
        DockerAddress::Tcp { tls, .. } => tls.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(tls(), None);
    let hash = Digest::of(b"remote");
    let file = |name: &str| {
        home.write(&format!("contexts/tls/{}/docker/{name}", hash.hex()), "certificate")
    };
    let ca = Some(file("ca.pem"));
    let identity = Some((file("cert.pem"), file("key.pem")));
    assert_eq!(
        tls(),
        Some(TlsFiles { ca: ca.clone(), identity: identity.clone(), skip_verify: false })
    );
    home.write_context("remote", &meta("tcp://docker.example:2376").replace("false", "true"));
    assert_eq!(tls(), Some(TlsFiles { ca, identity, skip_verify: true }));
}

#[test]
fn tls_without_an_address_uses_the_tls_port_on_this_computer() {
    let mut home = DockerHome::new();
    home.environment.docker_tls = Some("1".to_owned());
    let expected = ("tcp://localhost:2376".to_owned(), EngineOrigin::Environment);
    assert_eq!(home.only_candidate(None), expected);
    // A variable of spaces is not an address, but disables the context.
    home.write_context("remote", &meta("tcp://remote.example:2376"));
    home.select_context("remote");
    assert_eq!(
        home.only_candidate(None),
        ("tcp://remote.example:2376".to_owned(), context("remote"))
    );
    home.environment.docker_host = Some("  ".to_owned());
    assert_eq!(home.only_candidate(None), expected);
}

#[test]
fn each_system_has_its_default_addresses() {
    let mut home = DockerHome::new();
    let addresses = |home: &DockerHome| -> Vec<String> {
        let found = candidates(&home.environment, None).unwrap();
        found.iter().map(|candidate| candidate.address.to_string()).collect()
    };
    home.environment.system = System::Windows;
    let pipes = ["docker_engine", "dockerDesktopLinuxEngine", "podman-machine-default"];
    assert_eq!(addresses(&home), pipes.map(|name| format!("npipe:////./pipe/{name}")));
    home.environment.system = System::MacOs;
    let machine = ".local/share/containers/podman/machine/podman.sock";
    assert!(addresses(&home).iter().any(|address| address.ends_with(machine)));
}

#[tokio::test]
async fn the_reason_of_a_tls_failure_is_named() {
    use transload_network::testing::{Authority, TlsServer, Validity};

    let folder = tempfile::tempdir().unwrap();
    let (authority, other) = (Authority::new("trusted"), Authority::new("other"));
    let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK";
    let plain = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let plain_address = plain.local_addr().unwrap();
    let router = axum::Router::new().fallback(async || "OK");
    let plain = tokio::spawn(async move { axum::serve(plain, router).await.unwrap() });
    std::fs::write(folder.path().join("ca.pem"), authority.pem()).unwrap();
    let problem = async |address: std::net::SocketAddr, folder: &Path| {
        let environment = DockerEnvironment {
            docker_host: Some(address.to_string()),
            docker_tls_verify: Some("1".to_owned()),
            docker_cert_path: Some(folder.to_owned()),
            ..DockerEnvironment::default()
        };
        let found = DockerEngine::find(&environment, None).await;
        assert_eq!(found.attempts[0].result, AttemptResult::TlsFailed);
        match found.error {
            Some(DockerError::TlsFailed { problem, .. }) => problem.to_string(),
            other => panic!("{other:?}"),
        }
    };
    for (issuer, host, validity, words) in [
        (&other, "127.0.0.1", Validity::Now, "not signed by a certificate authority in"),
        (&authority, "127.0.0.1", Validity::Expired, "expired, or is not valid yet"),
        (&authority, "127.0.0.1", Validity::NotYet, "expired, or is not valid yet"),
        (&authority, "other.example", Validity::Now, "is not for the name 127.0.0.1"),
    ] {
        let server = TlsServer::start(&issuer.leaf(host, validity), answer).await;
        let text = problem(server.address, folder.path()).await;
        assert!(text.contains(words), "{text}");
    }
    assert_eq!(problem(plain_address, folder.path()).await, "the engine doesn't use TLS");
    plain.abort();
    for (content, words) in [
        (None, "ca.pem does not exist"),
        (Some("no certificate"), "ca.pem contains no certificate"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        if let Some(content) = content {
            std::fs::write(folder.path().join("ca.pem"), content).unwrap();
        }
        let text = problem(plain_address, folder.path()).await;
        assert!(text.contains(words), "{text}");
    }
}

fn socket(path: PathBuf, product: &'static str) -> Candidate {
    Candidate { address: DockerAddress::Socket(path), origin: EngineOrigin::Socket { product } }
}

#[tokio::test]
async fn the_first_engine_that_responds_is_returned_with_all_attempts() {
    let real = RealEngine::docker();
    let path = |name: &str| real.folder.path().join(name);
    // A socket without an engine, as a crashed engine leaves it.
    drop(std::os::unix::net::UnixListener::bind(path("stale.sock")).unwrap());
    let found = DockerEngine::find_at(vec![
        socket(path("missing.sock"), "Missing"),
        socket(path("stale.sock"), "Stale"),
        socket(path("docker.sock"), "Real"),
        socket(path("later.sock"), "Later"),
    ])
    .await;
    let results: Vec<_> = found.attempts.iter().map(|attempt| attempt.result).collect();
    assert_eq!(
        results,
        [AttemptResult::SocketMissing, AttemptResult::NoResponse, AttemptResult::Answered]
    );
    assert!(found.error.is_none());
    let engine = found.engine.unwrap();
    assert_eq!(engine.candidate.origin, EngineOrigin::Socket { product: "Real" });
    assert_eq!(engine.info.product, "Docker Engine");
}

#[tokio::test]
async fn the_most_useful_error_is_returned_if_no_engine_responds() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    drop(std::os::unix::net::UnixListener::bind(path("stale.sock")).unwrap());
    let found = DockerEngine::find_at(vec![
        socket(path("missing.sock"), "Missing"),
        socket(path("stale.sock"), "Stale"),
    ])
    .await;
    assert!(found.engine.is_none());
    match found.error.unwrap() {
        DockerError::NotRunning { address, .. } => assert!(address.ends_with("stale.sock")),
        other => panic!("{other:?}"),
    }
    let denied = DockerError::PermissionDenied { address: "unix:///x".to_owned() };
    assert_eq!(result_of(&denied), AttemptResult::PermissionDenied);
    let not_running = DockerError::NotRunning { address: "unix:///x".to_owned(), source: None };
    assert!(usefulness(&denied) > usefulness(&not_running));
}

#[tokio::test]
async fn a_server_that_is_not_an_engine_is_unusable() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("tcp://{}", listener.local_addr().unwrap());
    let router = axum::Router::new().fallback(async || "<html>hello</html>");
    let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let found = DockerEngine::find(&DockerEnvironment::default(), Some(&address)).await;
    server.abort();
    assert_eq!(found.attempts[0].result, AttemptResult::Unusable);
    let error = found.error.unwrap();
    assert!(matches!(error, DockerError::InvalidResponse { .. }), "{error:?}");
}

#[tokio::test]
async fn an_unsupported_address_is_an_error_without_an_attempt() {
    let found = DockerEngine::find(&DockerEnvironment::default(), Some("ssh://host")).await;
    assert!(found.attempts.is_empty() && found.engine.is_none());
    assert!(matches!(found.error, Some(DockerError::AddressInvalid { .. })));
}
