//! Which proxy is taken, by us, by botocore, by curl and by skopeo, with the same variables. skopeo has
//! Go's rules, as Docker has. What differs, and why:
//!
//! - `ALL_PROXY` counts for AWS too, which botocore does not know, and for registries, which Go does
//!   not. Users who set only this variable would otherwise reach nothing.
//! - An exception that Docker knows and botocore or curl does not (`*.name`, a network, a port, `*`
//!   among others) counts for all: a user who sets it wants no proxy there.
//! - `.name` is the name itself too, as for botocore and curl; for Go it is only what is below.
//! - A variable that names no proxy (`ftp://…`) is said, and passed over; botocore fails with it.

use std::collections::{BTreeMap, HashMap};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use url::Url;

use crate::exchange::{Exchange, ExchangeRequest};
use crate::network::Network;
use crate::proxies::Proxies;
use crate::proxy_address::Hop;
use crate::testing::{ConnectProxy, ProxyRule};

/// How many cases are made. botocore goes through all of them in one process.
const CASES: usize = 1_500;

/// skopeo is started for every case.
const CASES_OF_SKOPEO: usize = 150;

/// The tests' Python: where `TRANSLOAD_TOOLS` says, or where the set-up puts it.
fn python() -> PathBuf {
    let made_by_xtask =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../target/tools/python/bin");
    let folder = std::env::var_os("TRANSLOAD_TOOLS").map_or(made_by_xtask, PathBuf::from);
    folder.join("python3")
}

/// For each case the proxy, and the header that logs in to it.
fn as_botocore(cases: &Value) -> Vec<Option<(String, Option<String>)>> {
    let mut child = Command::new(python())
        .args(["-c", include_str!("testing/proxy_as_botocore.py")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(cases.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The header that logs in to a proxy.
fn header(hop: &Hop) -> Option<String> {
    let url = hop.with_login();
    let plain = |text: &str| {
        let read = url::form_urlencoded::parse(text.as_bytes()).next();
        read.map(|(text, _)| text.into_owned()).unwrap_or_default()
    };
    let password = url.password().map(plain)?;
    Some(format!("Basic {}", STANDARD.encode(format!("{}:{password}", plain(url.username())))))
}

fn proxy() -> impl Strategy<Value = String> {
    let login = prop_oneof![4 => Just(""), 1 => Just("ada:s3cr3t@"), 1 => Just("ada@corp:p%40ss@"), 1 => Just("a:p@ss@")];
    let scheme =
        prop_oneof![4 => Just("http://"), 1 => Just("https://"), 1 => Just(""), 1 => Just("//")];
    let named = (scheme, login, "[ab]", prop_oneof![Just(""), Just(":3128"), Just(":80/")]);
    prop_oneof![
        8 => named.prop_map(|(scheme, login, host, port)| format!("{scheme}{login}proxy-{host}.corp{port}")),
        3 => Just(String::new()),
        1 => Just("ftp://ada:s3cr3t@proxy.corp".to_owned()),
    ]
}

fn exceptions() -> impl Strategy<Value = String> {
    let entry = prop_oneof![
        6 => prop::sample::select(&[
            "corp.example", ".corp.example", "r.corp.example", "R.Corp.Example", "example", "10.1.2.3",
            "r.corp.example:5000", "orp.example", "..corp.example", "",
        ][..]),
        2 => prop::sample::select(&["*.corp.example", "10.0.0.0/8", "*", "r.corp.example:443"][..]),
    ];
    let between = prop_oneof![4 => Just(","), 2 => Just(", "), 1 => Just(" ,")];
    (prop::collection::vec(entry, 0..4), between)
        .prop_map(|(entries, between)| entries.join(between))
}

/// Names with one spelling, the other, or both.
fn spelled(
    name: &'static str,
    value: impl Strategy<Value = String> + Clone,
) -> impl Strategy<Value = Vec<(String, String)>> {
    let small = name.to_ascii_lowercase();
    (
        prop_oneof![Just(None), value.clone().prop_map(Some)],
        prop_oneof![Just(None), value.prop_map(Some)],
    )
        .prop_map(move |(capitals, of_small)| {
            let capitals = capitals.map(|value| (name.to_owned(), value));
            capitals.into_iter().chain(of_small.map(|value| (small.clone(), value))).collect()
        })
}

fn url() -> impl Strategy<Value = &'static str> {
    prop::sample::select(
        &[
            "https://corp.example/v2/",
            "https://r.corp.example/v2/",
            "http://r.corp.example/",
            "https://r.corp.example:5000/v2/",
            "https://mycorp.example",
            "https://sts.amazonaws.com/",
            "https://10.1.2.3/",
            "http://10.1.2.3:5000/",
        ][..],
    )
}

#[test]
fn aws_is_reached_as_the_aws_cli_reaches_it() {
    let mut runner = TestRunner::deterministic();
    let variables = (
        spelled("HTTPS_PROXY", proxy().boxed()),
        spelled("HTTP_PROXY", proxy().boxed()),
        prop_oneof![4 => Just(Vec::new()), 1 => spelled("ALL_PROXY", proxy().boxed())],
        spelled("NO_PROXY", exceptions().boxed()),
    );
    let case = (variables, url());
    let cases: Vec<(HashMap<String, String>, &str)> = (0..CASES)
        .map(|_| {
            let ((https, http, all, no), url) = case.new_tree(&mut runner).unwrap().current();
            ([https, http, all, no].concat().into_iter().collect(), url)
        })
        .collect();
    let asked = cases.iter().map(|(variables, url)| json!({"variables": variables, "url": url}));
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for ((variables, url), theirs) in cases.iter().zip(as_botocore(&asked.collect())) {
        let proxies = Proxies::from_variables(|name| variables.get(name).cloned());
        let proxies = proxies.for_aws().unwrap_or(proxies);
        let ours = proxies.for_url(&Url::parse(url).unwrap());
        let has = |end: &str| variables.keys().any(|name| name.eq_ignore_ascii_case(end));
        let lists = ["no_proxy", "NO_PROXY"].map(|name| variables.get(name));
        let list = lists.into_iter().flatten().next().map_or("", String::as_str);
        let of_docker = list.split(',').any(|entry| entry.contains(['*', '/', ':']));
        let outcome = match (ours, theirs) {
            (None, None) => "direct",
            (ours, Some((theirs, _))) if theirs.contains("ftp://") => {
                // Another variable may name one that can be used.
                assert!(ours.is_none() || has("all_proxy"), "{variables:?} {url}");
                "unusable"
            }
            (Some(ours), Some((theirs, login))) => {
                assert_eq!(
                    Some(&ours.address),
                    Hop::parse(&theirs).map(|hop| hop.address).as_ref()
                );
                assert_eq!(header(&ours), login, "{variables:?} {url}");
                if login.is_some() { "proxy with a login" } else { "proxy" }
            }
            (None, Some(_)) => {
                assert!(of_docker, "{variables:?} {url}");
                "exception of Docker"
            }
            (Some(_), None) => {
                assert!(has("all_proxy"), "{variables:?} {url}");
                "all"
            }
        };
        *seen.entry(outcome).or_default() += 1;
    }
    for outcome in
        ["direct", "proxy", "proxy with a login", "all", "unusable", "exception of Docker"]
    {
        assert!(seen.get(outcome).is_some_and(|count| *count >= 10), "{seen:?}");
    }
}

/// Runs curl with these variables and no other for a proxy.
async fn curl(variables: &[(&str, &str)], url: &str) {
    let port = Url::parse(url).unwrap().port_or_known_default().unwrap();
    let mut curl = tokio::process::Command::new("curl");
    for name in ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"] {
        curl.env_remove(name).env_remove(name.to_ascii_lowercase());
    }
    // Whatever is reached directly is reached here, where nothing listens at these ports.
    let nowhere = format!("*:{port}:127.0.0.1");
    curl.args(["--disable", "--silent", "--max-time", "20", "--output", "/dev/null"])
        .args(["--resolve", &nowhere, url])
        .envs(variables.iter().copied())
        .stdin(Stdio::null());
    curl.status().await.unwrap();
}

#[tokio::test]
async fn exceptions_are_those_of_curl() {
    let proxy = ConnectProxy::start(ProxyRule::Forbids).await;
    let address = format!("http://{}", proxy.address);
    let mut asked = 0;
    let mut both = [0, 0];
    for list in [
        "corp.example",
        ".corp.example",
        "r.corp.example",
        "*",
        "",
        "a.example, corp.example",
        "a.example corp.example",
        "CORP.EXAMPLE",
        "orp.example",
    ] {
        for url in
            ["http://corp.example:47/", "http://r.corp.example:47/", "http://other.example:47/"]
        {
            curl(&[("http_proxy", &address), ("no_proxy", list)], url).await;
            let theirs = proxy.asked().len() > asked;
            asked = proxy.asked().len();
            let proxies = Proxies::from_variables(|name| match name {
                "http_proxy" => Some(address.clone()),
                "no_proxy" => Some(list.to_owned()),
                _ => None,
            });
            let ours = proxies.for_url(&Url::parse(url).unwrap()).is_some();
            assert_eq!(ours, theirs, "{list:?} {url}");
            both[usize::from(ours)] += 1;
        }
    }
    assert!(both.iter().all(|count| *count > 3), "{both:?}");
}

#[tokio::test]
async fn a_login_is_sent_as_curl_sends_it() {
    let sent = |head: &str| {
        let lines = head.lines().map(str::to_ascii_lowercase).zip(head.lines());
        let mut found = lines.filter(|(small, _)| small.starts_with("proxy-authorization:"));
        found.next().map(|(_, line)| line.split_once(": ").unwrap().1.to_owned())
    };
    // curl refuses an `@` that is not encoded; botocore, above, does not.
    for login in [
        "ada:s3cr3t",
        "ada%40corp:s3cr3t",
        "ada:p%40ss%3Aw",
        "a%2Fb:c%23d%3F",
        "ada:100%25",
        "ada:a:b:c",
        "CORP%5Cada:%C3%A4",
    ] {
        let proxy = ConnectProxy::start(ProxyRule::WantsLogin).await;
        let address = format!("http://{login}@{}", proxy.address);
        let url = "http://registry.example:47/";
        curl(&[("http_proxy", &address)], url).await;
        let proxies =
            Proxies::from_variables(|name| (name == "http_proxy").then(|| address.clone()));
        let exchange = Exchange::new(&Network::new(proxies), None, None).unwrap();
        let ask = ExchangeRequest {
            method: "GET".to_owned(),
            url: url.to_owned(),
            headers: Vec::new(),
            body: bytes::Bytes::new(),
        };
        assert!(exchange.send(ask).await.is_err(), "the proxy takes no login");
        let heads = proxy.asked();
        let [theirs, ours] = [sent(&heads[0]), sent(&heads[1])];
        assert!(theirs.is_some(), "{login}: {heads:?}");
        assert_eq!(ours, theirs, "{login}");
    }
}

/// Runs skopeo with these variables and no other. Without a certificate to trust, it asks the registry
/// with TLS first and then without.
async fn skopeo(variables: &[(String, String)], home: &Path, registry: &str) {
    let mut skopeo = tokio::process::Command::new("skopeo");
    skopeo
        .args(["--command-timeout", "20s", "inspect", "--raw", "--tls-verify=false"])
        .arg(format!("docker://{registry}/a:1"))
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", home)
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    assert!(!skopeo.status().await.unwrap().success(), "there is no such registry");
}

/// No name here has an address, and 255.255.255.255 is nobody's: what does not come to a proxy goes
/// nowhere.
const REGISTRIES: [&str; 7] = [
    "corp.example",
    "corp.example:47",
    "r.corp.example:47",
    "mycorp.example:47",
    "255.255.255.255:47",
    "255.255.255.255",
    "other.example",
];

const EXCEPTIONS_OF_GO: [&str; 18] = [
    "corp.example",
    ".corp.example",
    "*.corp.example",
    "r.corp.example",
    "CORP.EXAMPLE",
    "orp.example",
    "corp.example:47",
    ".corp.example:47",
    "corp.example:443",
    "corp.example:80",
    "255.255.255.255",
    "255.255.255.255:47",
    "255.255.0.0/16",
    "255.0.0.0/33",
    "*",
    "example",
    "..corp.example",
    "",
];

/// Whether an exception with dots before it names this registry. It is the name itself too for Python
/// and curl, and for us; for Go it is what is below.
fn dotted(variables: &[(String, String)], registry: &str) -> bool {
    let host = registry.split(':').next().unwrap();
    let lists = variables.iter().filter(|(name, _)| name.eq_ignore_ascii_case("NO_PROXY"));
    lists.flat_map(|(_, list)| list.split([',', ' '])).any(|entry| {
        let name = entry.split(':').next().unwrap();
        name.starts_with('.') && host.ends_with(name.trim_start_matches('.'))
    })
}

#[tokio::test]
async fn a_registry_is_reached_as_skopeo_reaches_it() {
    let [a, b] = [ProxyRule::Forbids, ProxyRule::Forbids].map(ConnectProxy::start);
    let proxies = [a.await, b.await];
    let home = tempfile::tempdir().unwrap();
    let [a, b] = [proxies[0].address, proxies[1].address];
    let named = prop::sample::select(vec![
        format!("http://{a}"),
        format!("http://{b}"),
        a.to_string(),
        format!("http://{b}/"),
        format!("http://ada:s3cr3t@{a}"),
        String::new(),
    ]);
    let entries = prop::collection::vec(prop::sample::select(&EXCEPTIONS_OF_GO[..]), 1..3);
    let between = prop_oneof![4 => Just(","), 1 => Just(", "), 1 => Just(" ,")];
    let lists = (entries, between).prop_map(|(entries, between)| entries.join(between));
    let variables = (
        spelled("HTTPS_PROXY", named.clone().boxed()),
        spelled("HTTP_PROXY", named.boxed()),
        prop_oneof![1 => Just(Vec::new()), 3 => spelled("NO_PROXY", lists.boxed())],
    );
    let case = (variables, prop::sample::select(&REGISTRIES[..]));
    let mut runner = TestRunner::deterministic();
    let mut asked = [0, 0];
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for _ in 0..CASES_OF_SKOPEO {
        let ((https, http, no), registry) = case.new_tree(&mut runner).unwrap().current();
        let variables = [https, http, no].concat();
        skopeo(&variables, home.path(), registry).await;
        let mut theirs = [None, None];
        for (number, proxy) in proxies.iter().enumerate() {
            let heads = proxy.asked().split_off(asked[number]);
            asked[number] += heads.len();
            for head in heads {
                theirs[usize::from(!head.starts_with("CONNECT "))] = Some(proxy.address);
            }
        }
        let found = Proxies::from_variables(|name| {
            variables.iter().find(|(set, _)| set == name).map(|(_, value)| value.clone())
        });
        let ours = ["https", "http"].map(|scheme| {
            let url = Url::parse(&format!("{scheme}://{registry}/v2/")).unwrap();
            let address = found.for_url(&url)?.with_login();
            address.socket_addrs(|| Some(80)).unwrap().first().copied()
        });
        if ours != theirs && dotted(&variables, registry) {
            assert!(
                ours.iter().zip(theirs).all(|(ours, theirs)| ours.is_none() || *ours == theirs)
            );
            *seen.entry("name after a dot").or_default() += 1;
            continue;
        }
        assert_eq!(ours, theirs, "{variables:?} {registry}");
        for one in ours {
            *seen.entry(if one.is_some() { "proxy" } else { "direct" }).or_default() += 1;
        }
        if matches!(ours, [Some(https), Some(http)] if https != http) {
            *seen.entry("one for each").or_default() += 1;
        }
        if ours.iter().all(Option::is_none)
            && variables.iter().any(|(_, value)| value.contains(':'))
        {
            *seen.entry("exception").or_default() += 1;
        }
    }
    for (outcome, least) in [
        ("proxy", 50),
        ("direct", 50),
        ("one for each", 10),
        ("exception", 10),
        ("name after a dot", 1),
    ] {
        assert!(seen.get(outcome).is_some_and(|count| *count >= least), "{seen:?}");
    }
}
