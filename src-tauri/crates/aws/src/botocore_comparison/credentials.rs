//! Which credentials we and botocore use for the same generated files and variables. Known differences,
//! which are not generated:
//!
//! - An empty profile variable means no profile here; the AWS CLI looks for a profile without a name.
//! - A file that the AWS CLI rejects for its byte order mark or for duplicates is read here, with a
//!   warning.
//! - Only botocore reads boto's own files and the file of the EC2 command line tools.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use aws_credential_types::provider::ProvideCredentials as _;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::config::environment::AwsEnvironment;
use crate::session::aws_session::{AwsSession, MACHINE_LABEL};
use crate::session::request::{SessionCredentials, SessionRequest};
use transload_model::Region;
use transload_network::testing::python_answers;

/// Number of generated cases. botocore runs all of them in one process.
const CASES: usize = 250;

/// A computer with files, variables, and possibly a chosen profile.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) config: String,
    pub(super) credentials: String,
    pub(super) variables: Vec<(&'static str, String)>,
    pub(super) profile: Option<&'static str>,
}

fn maybe(
    name: &'static str,
    values: &'static [&'static str],
) -> BoxedStrategy<Option<(&'static str, String)>> {
    prop_oneof![
        2 => Just(None),
        1 => prop::sample::select(values).prop_map(move |value| Some((name, value.to_owned()))),
    ]
    .boxed()
}

fn variables() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let variables = vec![
        maybe("AWS_ACCESS_KEY_ID", &["AKIAENVIRONMENT", ""]),
        maybe("AWS_SECRET_ACCESS_KEY", &["secret-of-environment", "secret-of-environment", ""]),
        maybe("AWS_SESSION_TOKEN", &["token-of-environment", ""]),
        maybe("AWS_SECURITY_TOKEN", &["old-token-of-environment", ""]),
        maybe(
            "AWS_CREDENTIAL_EXPIRATION",
            &["2099-01-01T00:00:00Z", "2020-01-01T00:00:00+0000", "", "soon"],
        ),
        maybe("AWS_PROFILE", &["a", "team/b", "nowhere"]),
        maybe("AWS_DEFAULT_PROFILE", &["default", "a"]),
    ];
    (variables, prop::bool::weighted(0.3), 0..4_usize).prop_map(|(variables, with_key, place)| {
        let mut variables: Vec<_> = variables.into_iter().flatten().collect();
        if with_key {
            variables.retain(|(name, _)| !name.contains("ACCESS_KEY"));
            variables.push(("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT".to_owned()));
            variables.push(("AWS_SECRET_ACCESS_KEY", "secret-of-environment".to_owned()));
        }
        let places = ["", "$HOME/.aws", "${HOME}/.aws", "~/.aws"];
        for (name, file) in
            [("AWS_CONFIG_FILE", "config"), ("AWS_SHARED_CREDENTIALS_FILE", "credentials")]
        {
            if place > 0 {
                variables.push((name, format!("{}/{file}", places[place])));
            }
        }
        variables
    })
}

/// Generates the settings of one profile in one file. `FOLDER` is replaced with the home folder.
fn settings(file: &'static str) -> impl Strategy<Value = Vec<String>> {
    let line = |name: &'static str, value: &'static str, weight: u32| {
        let line = format!("{name} = {value}-of-{file}");
        prop_oneof![weight => Just(None), 2 => Just(Some(line))]
    };
    let process = prop::sample::select(
        &[
            "sh FOLDER/plain",
            "sh\n  FOLDER/plain",
            "\"sh\"\n\n  'FOLDER/plain'\n  --user ada",
            "sh FOLDER/empty-token",
            "sh FOLDER/full",
            "sh FOLDER/zoned",
            "sh FOLDER/ended",
            "sh FOLDER/unzoned",
            "sh FOLDER/fails",
            "sh FOLDER/reports-reason",
            "sh FOLDER/old-version",
            "sh FOLDER/no-json",
            "sh FOLDER/plain | cat",
            "$HOME/plain",
            "sh 'FOLDER/plain",
            "/nowhere/at/all",
        ][..],
    );
    let process = process.prop_map(|command| Some(format!("credential_process = {command}")));
    (
        line("aws_access_key_id", "AKIA", 1),
        line("aws_secret_access_key", "secret", 1),
        line("aws_session_token", "token", 6),
        line("aws_security_token", "old-token", 6),
        prop_oneof![3 => Just(None), 2 => process],
        Just(Some("output = json".to_owned())),
    )
        .prop_map(|(id, secret, token, old, process, other)| {
            [id, secret, token, old, process, other].into_iter().flatten().collect()
        })
}

fn file(kind: &'static str) -> impl Strategy<Value = String> {
    let profile = |name: &'static str| prop_oneof![1 => Just(None), 3 => settings(kind).prop_map(move |lines| Some((name, lines)))];
    let end = prop_oneof![3 => Just("\n"), 1 => Just("\r\n"), 1 => Just("\r")];
    (profile("default"), profile("a"), profile("team/b"), end).prop_map(
        move |(one, two, three, end)| {
            let mut text = String::new();
            for (name, lines) in [one, two, three].into_iter().flatten() {
                let prefix = if kind == "config" && name != "default" { "profile " } else { "" };
                text.push_str(&format!("[{prefix}{name}]\n{}\n", lines.join("\n")));
            }
            text.replace('\n', end)
        },
    )
}

pub(super) fn case() -> impl Strategy<Value = Case> {
    let profile = prop_oneof![
        3 => Just(None),
        1 => prop::sample::select(&["default", "a", "team/b", "nowhere"][..]).prop_map(Some),
    ];
    (file("config"), file("credentials"), variables(), profile).prop_map(
        |(config, credentials, variables, profile)| Case {
            config,
            credentials,
            variables,
            profile,
        },
    )
}

/// Writes the programs that print credentials.
pub(super) fn write_programs(folder: &Path) {
    let full = |more: &str| {
        format!(
            r#"{{"Version": 1, "AccessKeyId": "AKIAPROCESS", "SecretAccessKey": "secret-of-process"{more}}}"#
        )
    };
    let token = |ends: &str| {
        full(&format!(r#", "SessionToken": "token-of-process", "Expiration": "{ends}""#))
    };
    for (name, printed, end) in [
        ("plain", full(""), ""),
        ("empty-token", full(r#", "SessionToken": """#), ""),
        ("full", token("2099-01-02T03:04:05Z"), ""),
        ("zoned", token("2099-01-02T03:04:05+0000"), ""),
        ("ended", token("2020-01-02T03:04:05Z"), ""),
        ("unzoned", token("2099-01-02T03:04:05"), ""),
        ("fails", full(""), "exit 3"),
        ("reports-reason", full(""), "echo the vault is sealed >&2; exit 3"),
        ("old-version", full("").replace(": 1,", ": 2,"), ""),
        ("no-json", "nothing".to_owned(), ""),
    ] {
        std::fs::write(folder.join(name), format!("echo '{printed}'\n{end}\n")).unwrap();
    }
}

async fn ours(variables: &HashMap<String, String>, profile: Option<&str>) -> Value {
    let request = SessionRequest {
        credentials: match profile {
            Some(name) => SessionCredentials::Profile { name: name.to_owned() },
            None => SessionCredentials::Machine,
        },
        region: Some(Region::parse("eu-west-1").unwrap()),
        ecr_endpoint: None,
        sts_endpoint: None,
    };
    let session =
        match AwsSession::open(request, &AwsEnvironment::from_variables(variables.clone())).await {
            // Only the machine's own credentials are left, and this machine has none.
            Ok(session) if session.caller().profile == MACHINE_LABEL => {
                return json!({"none": true});
            }
            Ok(session) => session,
            Err(error) => return json!({"error": error.to_string()}),
        };
    match session.credentials().provide_credentials().await {
        Ok(found) => json!({
            "id": found.access_key_id(),
            "secret": found.secret_access_key(),
            "token": found.session_token(),
        }),
        Err(error) => json!({"error": format!("{error:?}")}),
    }
}

#[tokio::test]
async fn the_credentials_are_those_of_the_aws_cli() {
    let folder = tempfile::tempdir().unwrap();
    write_programs(folder.path());
    let mut runner = TestRunner::deterministic();
    let (mut cases, mut inputs) = (Vec::new(), Vec::new());
    for number in 0..CASES {
        let case = case().new_tree(&mut runner).unwrap().current();
        let home = folder.path().join(format!("home-{number}"));
        std::fs::create_dir_all(home.join(".aws")).unwrap();
        for (name, text) in [("config", &case.config), ("credentials", &case.credentials)] {
            let text = text.replace("FOLDER", folder.path().to_str().unwrap());
            if !text.is_empty() {
                std::fs::write(home.join(".aws").join(name), text).unwrap();
            }
        }
        let own = [("HOME", home.to_str().unwrap().to_owned())];
        let variables: HashMap<String, String> = own
            .into_iter()
            .chain(case.variables.clone())
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        inputs.push(json!({"variables": variables, "profile": case.profile}));
        cases.push((case, variables));
    }
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let answers: Vec<Value> = python_answers(include_str!("find_credentials.py"), &inputs);
    for ((case, variables), theirs) in cases.iter().zip(answers) {
        let ours = ours(variables, case.profile).await;
        let outcome = match (theirs["id"].as_str(), theirs["error"].as_str()) {
            (Some(id), _) => {
                assert_eq!(ours, theirs, "{case:#?}");
                if id == "AKIAENVIRONMENT" {
                    "environment"
                } else if id == "AKIAPROCESS" {
                    "process"
                } else {
                    "file"
                }
            }
            (None, error) => {
                assert_eq!(ours["id"], Value::Null, "{theirs} {case:#?}");
                if error.is_some() { "error" } else { "none" }
            }
        };
        *seen.entry(outcome).or_default() += 1;
    }
    // The generated cases cover every outcome.
    for outcome in ["environment", "process", "file", "error", "none"] {
        assert!(seen.get(outcome).is_some_and(|count| *count >= CASES / 30), "{seen:?}");
    }
}
