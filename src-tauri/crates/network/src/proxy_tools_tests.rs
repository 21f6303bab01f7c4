//! Which proxy is taken, by us, by botocore and by curl, with the same variables. What differs, and
//! why:
//!
//! - `ALL_PROXY` counts for AWS too, which botocore does not know: whoever has nothing else would
//!   reach no AWS at all.
//! - An exception that Docker knows and botocore or curl does not (`*.name`, a network, a port, `*`
//!   among others) counts for all: whoever names it wants no proxy there.
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

use super::testing::{ConnectProxy, ProxyRule};
use super::{Ask, Exchange, Hop, Network, Proxies};

/// How many cases are made. botocore goes through all of them in one process.
const CASES: usize = 1_500;

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
        let ask = Ask {
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
