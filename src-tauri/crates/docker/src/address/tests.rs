//! Addresses from tables, and random ones compared with the Docker CLI.

use super::*;

fn tcp(host: &str, port: u16, tls: Option<TlsFiles>) -> DockerAddress {
    DockerAddress::Tcp { host: host.to_owned(), port, path: String::new(), tls }
}

fn on_linux(text: &str) -> Result<DockerAddress, DockerError> {
    DockerAddress::parse_on(System::Linux, text, None)
}

#[test]
fn addresses_in_the_forms_of_docker_are_parsed() {
    let socket = |path: &str| DockerAddress::Socket(path.into());
    let cases = [
        ("unix:///var/run/docker.sock", socket("/var/run/docker.sock")),
        ("unix://", socket("/var/run/docker.sock")),
        ("unix://relative.sock", socket("relative.sock")),
        ("/run/x.sock", socket("/run/x.sock")),
        ("127.0.0.1:2375", tcp("127.0.0.1", 2375, None)),
        (" docker.example ", tcp("docker.example", 2375, None)),
        (":99", tcp("localhost", 99, None)),
        ("tcp://", tcp("localhost", 2375, None)),
        ("tcp://10.0.0.1:2375", tcp("10.0.0.1", 2375, None)),
        ("tcp://docker.example", tcp("docker.example", 2375, None)),
        ("tcp://docker.example:80/", tcp("docker.example", 80, None)),
        ("tcp://docker.example:80?x=1", tcp("docker.example", 80, None)),
        ("tcp://[::1]", tcp("::1", 2375, None)),
        ("::1", tcp("::1", 2375, None)),
        ("http://[::1]:99", tcp("::1", 99, None)),
        ("https://docker.example", tcp("docker.example", 2376, Some(TlsFiles::default()))),
    ];
    for (text, address) in cases {
        assert_eq!(on_linux(text).unwrap(), address, "{text}");
    }
    assert_eq!(tcp("::1", 99, None).to_string(), "tcp://[::1]:99");
    let with_path = on_linux("tcp://docker.example:80/engine/one/").unwrap();
    assert_eq!(with_path.to_string(), "tcp://docker.example:80/engine/one");
}

#[test]
fn named_pipes_are_addresses_on_windows() {
    let on_windows = |text: &str| DockerAddress::parse_on(System::Windows, text, None);
    let pipe = |path: &str| DockerAddress::Pipe(path.to_owned());
    for (text, path) in [
        (r"\\.\pipe\docker_engine", r"\\.\pipe\docker_engine"),
        ("//./pipe/docker_engine", r"\\.\pipe\docker_engine"),
        ("npipe:////./pipe/docker_engine", r"\\.\pipe\docker_engine"),
        (r"npipe://\\.\pipe\dockerDesktopLinuxEngine", r"\\.\pipe\dockerDesktopLinuxEngine"),
        ("npipe:////server/pipe/x", r"\\server\pipe\x"),
        ("npipe://", r"\\.\pipe\docker_engine"),
    ] {
        let address = on_windows(text).unwrap();
        assert_eq!(address, pipe(path), "{text}");
        assert_eq!(on_windows(&address.to_string()).unwrap(), address, "{text}");
    }
    assert_eq!(on_windows("tcp://").unwrap(), tcp("127.0.0.1", 2375, None));
    for (text, word) in
        [("unix:///x.sock", "npipe:"), ("/x.sock", "npipe:"), ("npipe://x", "pipe/NAME")]
    {
        let error = on_windows(text).unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
    }
    for text in [r"\\.\pipe\docker_engine", "npipe:////./pipe/docker_engine"] {
        let error = on_linux(text).unwrap_err().to_string();
        assert!(error.contains("Windows only"), "{error}");
    }
}

#[test]
fn unsupported_addresses_have_their_reason() {
    for (text, word) in [
        ("ssh://ada@host", "ssh -L"),
        ("unix:/x.sock", "two slashes"),
        ("tcp:host:1", "two slashes"),
        ("fd://", "systemd"),
        ("ftp://host", "supported schemes"),
        ("tcp://http://host", "two schemes"),
        ("tcp://host:99999", "65535"),
        ("tcp://host:x", "65535"),
        ("tcp://a b:1", "host or port"),
        ("tcp://[x]:1", "host or port"),
        ("tcp://host:1/a b", "not allowed in a URL"),
    ] {
        match on_linux(text) {
            Err(DockerError::AddressInvalid { reason, .. }) => {
                assert!(reason.contains(word), "{text}: {reason}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
    for text in ["tcp://ada:hunter2@host:1", "ada:hunter2@host:1", "ssh://ada:hunter2@host"] {
        let error = on_linux(text).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    }
}

#[test]
fn tls_comes_from_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["ca.pem", "cert.pem"] {
        std::fs::write(folder.path().join(name), "x").unwrap();
    }
    let some = || Some("1".to_owned());
    let mut environment = DockerEnvironment {
        docker_tls_verify: some(),
        docker_cert_path: Some(folder.path().to_owned()),
        ..DockerEnvironment::default()
    };
    let address = |environment: &DockerEnvironment| {
        DockerAddress::parse_with("tcp://host", environment).unwrap()
    };
    // A certificate without its key is ignored. The port is Docker's default for every tcp://
    // address.
    let ca = Some(folder.path().join("ca.pem"));
    let files = TlsFiles { ca, identity: None, skip_verify: false };
    assert_eq!(address(&environment), tcp("host", 2375, Some(files.clone())));
    environment.docker_tls = some();
    assert_eq!(address(&environment), tcp("host", 2375, Some(files.clone())));
    environment.docker_tls_verify = None;
    let unverified = TlsFiles { skip_verify: true, ..files };
    assert_eq!(address(&environment), tcp("host", 2375, Some(unverified)));
    environment.docker_tls = None;
    assert_eq!(address(&environment), tcp("host", 2375, None));
    // A missing ca.pem is not replaced by the authorities of the system.
    environment.docker_tls_verify = some();
    environment.docker_cert_path = Some("/nowhere".into());
    let missing = TlsFiles { ca: Some("/nowhere/ca.pem".into()), ..TlsFiles::default() };
    assert_eq!(address(&environment), tcp("host", 2375, Some(missing)));
}

#[test]
fn the_default_port_of_a_context_is_that_of_http() {
    let parse = |text: &str, tls| DockerAddress::from_context(System::Linux, text, tls).unwrap();
    let tls = || Some(TlsFiles { skip_verify: true, ..TlsFiles::default() });
    assert_eq!(parse("tcp://host", None), tcp("host", 80, None));
    assert_eq!(parse("tcp://host", tls()), tcp("host", 443, tls()));
    assert_eq!(parse("tcp://host:2376", tls()), tcp("host", 2376, tls()));
    assert_eq!(parse("", None), DockerAddress::Socket("/var/run/docker.sock".into()));
    assert!(DockerAddress::from_context(System::Linux, "127.0.0.1:1", None).is_err());
}

/// Compares `DOCKER_HOST` and the TLS variables with the Docker CLI.
#[cfg(target_os = "linux")]
mod differential {
    use std::process::Command;

    use proptest::prelude::*;
    use proptest::strategy::ValueTree as _;
    use proptest::test_runner::TestRunner;
    use serde_json::Value;

    use super::*;
    use crate::find::candidates;

    /// Number of random environments. The CLI takes about 50 ms for each.
    const ENVIRONMENTS: usize = 150;

    /// Random values of `DOCKER_HOST`, without the differences that the head of the module lists.
    fn host() -> impl Strategy<Value = String> {
        let name = prop_oneof![
            3 => "[a-z]{1,3}(\\.[a-z]{1,3}){0,2}",
            2 => "[0-9]{1,3}\\.0\\.0\\.1",
            1 => Just("[::1]:7".to_owned()),
            1 => Just("[fe80::1]:".to_owned()),
            1 => "[a-z]_[a-z]",
            1 => Just(String::new()),
        ];
        let port = prop_oneof![
            2 => Just(String::new()),
            1 => Just(":".to_owned()),
            3 => ":[0-9]{1,4}",
            1 => Just(":x".to_owned()),
        ];
        let tail = prop_oneof![
            6 => Just(""),
            1 => Just("/"),
            1 => Just("/base/x"),
            1 => Just("?q=1"),
            1 => Just("#f"),
        ];
        let scheme = prop_oneof![3 => Just("tcp://"), 2 => Just(""), 1 => Just("tcp://tcp://")];
        let tcp = (scheme, name, port, tail).prop_map(|(scheme, name, port, tail)| {
            let port = if name.starts_with('[') { String::new() } else { port };
            format!("{scheme}{name}{port}{tail}")
        });
        let local = prop_oneof![
            Just("unix://".to_owned()),
            "unix://[a-z]{1,3}",
            "unix:///[a-z]{1,3}/[a-z ]{1,3}",
            Just("unix://unix:///x".to_owned()),
            Just("unix://tcp://x".to_owned()),
            Just("foo://x".to_owned()),
            Just("TCP://x".to_owned()),
        ];
        // Transload reads a bare path as a socket.
        let tcp = tcp.prop_filter("no path", |text| !text.starts_with('/'));
        prop_oneof![5 => tcp, 1 => local, 1 => Just(String::new())]
    }

    /// Returns address, TLS and `skip_verify` according to the Docker CLI.
    fn of_docker_cli(host: &str, tls: &[(&str, String)]) -> Option<(String, bool, bool)> {
        let home = tempfile::tempdir().unwrap();
        let mut command = Command::new("docker");
        command.args(["context", "inspect", "default"]).env("HOME", home.path());
        for name in ["DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS", "DOCKER_TLS_VERIFY"] {
            command.env_remove(name);
        }
        command.env_remove("DOCKER_CONFIG").env("DOCKER_HOST", host);
        let output = command.envs(tls.iter().map(|(name, value)| (name, value))).output().unwrap();
        let read: Value = serde_json::from_slice(&output.stdout).ok()?;
        let endpoint = &read[0]["Endpoints"]["docker"];
        let has_tls = read[0]["TLSMaterial"]["docker"].is_array();
        let host = endpoint["Host"].as_str()?.to_owned();
        Some((host, has_tls, endpoint["SkipTLSVerify"].as_bool()?))
    }

    /// Returns address, TLS and `skip_verify` according to Transload.
    fn of_transload(environment: &DockerEnvironment) -> Option<(String, bool, bool)> {
        let found = candidates(environment, None).ok()?;
        let address = &found[0].address;
        let (has_tls, skip) = match address {
            DockerAddress::Tcp { tls: Some(tls), .. } => (true, tls.skip_verify),
            _ => (false, false),
        };
        Some((address.to_string(), has_tls, skip))
    }

    /// Removes differences in spelling: leading zeros of a port, and a trailing slash.
    fn normalized((host, tls, skip): (String, bool, bool)) -> (String, bool, bool) {
        if !host.starts_with("tcp://") {
            // The CLI loads certificates for a socket too, where they have no effect.
            return (host, false, false);
        }
        let host = host.trim_end_matches('/');
        let host = host.split('/').collect::<Vec<_>>();
        let (address, port) = host[2].rsplit_once(':').unwrap();
        let port: u16 = port.parse().unwrap();
        (format!("tcp://{address}:{port}/{}", host[3..].join("/")), tls, skip)
    }

    #[test]
    fn docker_host_and_the_tls_variables_are_read_as_by_the_docker_cli() {
        let certificates = tempfile::tempdir().unwrap();
        for name in ["ca.pem", "cert.pem", "key.pem"] {
            std::fs::write(certificates.path().join(name), "x").unwrap();
        }
        let value = || prop_oneof![3 => Just(""), 1 => Just("1"), 1 => Just("0")];
        let strategy = (host(), value(), value());
        let mut runner = TestRunner::deterministic();
        let (mut accepted, mut rejected) = (0, 0);
        for _ in 0..ENVIRONMENTS {
            let (host, tls, verify) = strategy.new_tree(&mut runner).unwrap().current();
            let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
            let environment = DockerEnvironment {
                docker_host: some(&host),
                docker_tls: some(tls),
                docker_tls_verify: some(verify),
                docker_cert_path: Some(certificates.path().to_owned()),
                system: System::Linux,
                ..DockerEnvironment::default()
            };
            let variables = [
                ("DOCKER_TLS", tls.to_owned()),
                ("DOCKER_TLS_VERIFY", verify.to_owned()),
                ("DOCKER_CERT_PATH", certificates.path().display().to_string()),
            ];
            let docker_cli = of_docker_cli(&host, &variables).map(normalized);
            let transload = of_transload(&environment).map(normalized);
            assert_eq!(transload, docker_cli, "{host:?} TLS {tls:?} VERIFY {verify:?}");
            if docker_cli.is_some() { accepted += 1 } else { rejected += 1 }
        }
        assert!(accepted > ENVIRONMENTS / 2 && rejected > 5, "{accepted} {rejected}");
    }
}
