//! Compares the proxies for AWS with those of botocore, which the AWS CLI uses.

use std::collections::{BTreeMap, HashMap};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use url::Url;

use super::variable;
use crate::proxies::Proxies;
use crate::proxy_address::Hop;
use crate::testing::python_answers;

/// The number of generated cases. One botocore process evaluates all of them.
const CASE_COUNT: usize = 1_500;

/// The proxy that botocore selects for a case, and the header with its login.
type BotocoreProxy = Option<(String, Option<String>)>;

/// Returns the `Proxy-Authorization` header for a proxy.
fn login_header(hop: &Hop) -> Option<String> {
    let url = hop.url_with_login();
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
    let separator = prop_oneof![4 => Just(","), 2 => Just(", "), 1 => Just(" ,")];
    (prop::collection::vec(entry, 0..4), separator)
        .prop_map(|(entries, separator)| entries.join(separator))
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
fn selects_the_same_proxy_as_botocore() {
    let mut runner = TestRunner::deterministic();
    let variables = (
        variable("HTTPS_PROXY", proxy().boxed()),
        variable("HTTP_PROXY", proxy().boxed()),
        prop_oneof![4 => Just(Vec::new()), 1 => variable("ALL_PROXY", proxy().boxed())],
        variable("NO_PROXY", exceptions().boxed()),
    );
    let case = (variables, url());
    let cases: Vec<(HashMap<String, String>, &str)> = (0..CASE_COUNT)
        .map(|_| {
            let ((https, http, all, no), url) = case.new_tree(&mut runner).unwrap().current();
            ([https, http, all, no].concat().into_iter().collect(), url)
        })
        .collect();
    let input = cases.iter().map(|(variables, url)| json!({"variables": variables, "url": url}));
    let input: Vec<Value> = input.collect();
    let program = include_str!("../../testing/proxy_as_botocore.py");
    let theirs: Vec<BotocoreProxy> = python_answers(program, &input);
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for ((variables, url), theirs) in cases.iter().zip(theirs) {
        let proxies = Proxies::from_variables(|name| variables.get(name).cloned());
        let proxies = proxies.for_aws().unwrap_or(proxies);
        let ours = proxies.for_url(&Url::parse(url).unwrap());
        let has = |variable: &str| variables.keys().any(|name| name.eq_ignore_ascii_case(variable));
        let lists = ["no_proxy", "NO_PROXY"].map(|name| variables.get(name));
        let list = lists.into_iter().flatten().next().map_or("", String::as_str);
        let is_docker_only = list.split(',').any(|entry| entry.contains(['*', '/', ':']));
        let outcome = match (ours, theirs) {
            (None, None) => "direct",
            (ours, Some((theirs, _))) if theirs.contains("ftp://") => {
                // `ALL_PROXY` may contain a valid address.
                assert!(ours.is_none() || has("all_proxy"), "{variables:?} {url}");
                "unusable"
            }
            (Some(ours), Some((theirs, login))) => {
                assert_eq!(
                    Some(&ours.address),
                    Hop::parse(&theirs).map(|hop| hop.address).as_ref()
                );
                assert_eq!(login_header(&ours), login, "{variables:?} {url}");
                if login.is_some() { "proxy with a login" } else { "proxy" }
            }
            (None, Some(_)) => {
                assert!(is_docker_only, "{variables:?} {url}");
                "exception of Docker"
            }
            (Some(_), None) => {
                assert!(has("all_proxy"), "{variables:?} {url}");
                "only ALL_PROXY"
            }
        };
        *seen.entry(outcome).or_default() += 1;
    }
    for outcome in [
        "direct",
        "proxy",
        "proxy with a login",
        "only ALL_PROXY",
        "unusable",
        "exception of Docker",
    ] {
        assert!(seen.get(outcome).is_some_and(|count| *count >= 10), "{seen:?}");
    }
}
