//! Compares the proxies for registries with those of skopeo, which follows the rules of Go.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use url::Url;

use super::variable;
use crate::proxies::Proxies;
use crate::testing::{ConnectProxy, ProxyRule};

/// The number of generated cases. Each one starts a skopeo process.
const CASE_COUNT: usize = 150;

/// Runs skopeo with these environment variables only. With `--tls-verify=false`, it tries HTTPS first and
/// then HTTP.
async fn run_skopeo(variables: &[(String, String)], home: &Path, registry: &str) {
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

/// None of these names resolves, and 255.255.255.255 belongs to no host, so direct connections fail.
const REGISTRIES: [&str; 7] = [
    "corp.example",
    "corp.example:47",
    "r.corp.example:47",
    "mycorp.example:47",
    "255.255.255.255:47",
    "255.255.255.255",
    "other.example",
];

const EXCEPTIONS: [&str; 18] = [
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

/// Returns whether an exception that starts with a dot matches the registry. Python, curl and this crate
/// match the name itself too; Go matches only subdomains.
fn has_dotted_exception(variables: &[(String, String)], registry: &str) -> bool {
    let host = registry.split(':').next().unwrap();
    let lists = variables.iter().filter(|(name, _)| name.eq_ignore_ascii_case("NO_PROXY"));
    lists.flat_map(|(_, list)| list.split([',', ' '])).any(|entry| {
        let name = entry.split(':').next().unwrap();
        name.starts_with('.') && host.ends_with(name.trim_start_matches('.'))
    })
}

#[tokio::test]
async fn selects_the_same_proxy_as_skopeo() {
    let [a, b] = [ProxyRule::Forbids, ProxyRule::Forbids].map(ConnectProxy::start);
    let proxies = [a.await, b.await];
    let home = tempfile::tempdir().unwrap();
    let [a, b] = [proxies[0].address, proxies[1].address];
    let addresses = prop::sample::select(vec![
        format!("http://{a}"),
        format!("http://{b}"),
        a.to_string(),
        format!("http://{b}/"),
        format!("http://ada:s3cr3t@{a}"),
        String::new(),
    ]);
    let entries = prop::collection::vec(prop::sample::select(&EXCEPTIONS[..]), 1..3);
    let separator = prop_oneof![4 => Just(","), 1 => Just(", "), 1 => Just(" ,")];
    let lists = (entries, separator).prop_map(|(entries, separator)| entries.join(separator));
    let variables = (
        variable("HTTPS_PROXY", addresses.clone().boxed()),
        variable("HTTP_PROXY", addresses.boxed()),
        prop_oneof![1 => Just(Vec::new()), 3 => variable("NO_PROXY", lists.boxed())],
    );
    let case = (variables, prop::sample::select(&REGISTRIES[..]));
    let mut runner = TestRunner::deterministic();
    let mut request_counts = [0, 0];
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for _ in 0..CASE_COUNT {
        let ((https, http, no), registry) = case.new_tree(&mut runner).unwrap().current();
        let variables = [https, http, no].concat();
        run_skopeo(&variables, home.path(), registry).await;
        let mut theirs = [None, None];
        for (number, proxy) in proxies.iter().enumerate() {
            let heads = proxy.requests().split_off(request_counts[number]);
            request_counts[number] += heads.len();
            for head in heads {
                theirs[usize::from(!head.starts_with("CONNECT "))] = Some(proxy.address);
            }
        }
        let found = Proxies::from_variables(|name| {
            variables.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
        });
        let ours = ["https", "http"].map(|scheme| {
            let url = Url::parse(&format!("{scheme}://{registry}/v2/")).unwrap();
            let address = found.for_url(&url)?.url_with_login();
            address.socket_addrs(|| Some(80)).unwrap().first().copied()
        });
        if ours != theirs && has_dotted_exception(&variables, registry) {
            assert!(
                ours.iter().zip(theirs).all(|(ours, theirs)| ours.is_none() || *ours == theirs)
            );
            *seen.entry("name after a dot").or_default() += 1;
            continue;
        }
        assert_eq!(ours, theirs, "{variables:?} {registry}");
        for proxy in ours {
            *seen.entry(if proxy.is_some() { "proxy" } else { "direct" }).or_default() += 1;
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
