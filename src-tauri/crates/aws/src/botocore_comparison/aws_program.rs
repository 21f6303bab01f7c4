//! Which profiles exist, and the credentials and region of a call: ours, compared with those of the program
//! `aws` for the same files, variables and `--profile`. Known differences:
//!
//! - A chosen profile uses its own region; with `aws --profile`, `AWS_DEFAULT_REGION` overrides it. The
//!   window shows the region of each profile before the user chooses one.
//! - `AWS_REGION` overrides `AWS_DEFAULT_REGION`, as in the SDKs; version 1 of the AWS CLI does not read it.
//! - An empty `AWS_DEFAULT_REGION` counts as unset here; the AWS CLI 1 calls an address without a region.
//! - The AWS CLI rejects a file with a byte order mark; here it is read, with a warning.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_credential_types::provider::ProvideCredentials as _;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::botocore_comparison::credentials::{Case, case, write_programs};
use crate::config::environment::AwsEnvironment;
use crate::config::ini::cli_rejection;
use crate::config::profile_list::list_profiles;
use crate::error::AwsError;
use crate::session::aws_session::{AwsSession, MACHINE_LABEL};
use crate::session::request::{SessionCredentials, SessionRequest};
use transload_network::testing::python_answers;

/// Number of generated cases. One Python process runs all of them; a call takes a tenth of a second.
const CASES: usize = 100;

/// Variations of a case: regions, and what the AWS CLI rejects or ignores.
#[derive(Clone, Debug)]
struct Twist {
    regions: [bool; 2],
    region_variables: Vec<(&'static str, &'static str)>,
    mark: bool,
    capital: bool,
}

fn twist() -> impl Strategy<Value = Twist> {
    let regions = prop_oneof![
        4 => Just(vec![]),
        3 => Just(vec![("AWS_DEFAULT_REGION", "us-west-2")]),
        1 => Just(vec![("AWS_DEFAULT_REGION", "")]),
        1 => Just(vec![("AWS_REGION", "us-east-2")]),
        1 => Just(vec![("AWS_REGION", "us-east-2"), ("AWS_DEFAULT_REGION", "us-west-2")]),
    ];
    (any::<[bool; 2]>(), regions, prop::bool::weighted(0.08), prop::bool::weighted(0.3)).prop_map(
        |(regions, region_variables, mark, capital)| Twist {
            regions,
            region_variables,
            mark,
            capital,
        },
    )
}

/// Returns the contents of the two files.
fn files(case: &Case, twist: &Twist) -> [(&'static str, String); 2] {
    let with_region = |text: &str, with: bool, region: &str| {
        if with {
            text.replace("output = json", &format!("region = {region}"))
        } else {
            text.into()
        }
    };
    let mut config = with_region(&case.config, twist.regions[0], "eu-north-1");
    if twist.capital {
        config.push_str("[Profile capital]\naws_access_key_id = AKIACAPITAL\n");
    }
    if twist.mark && !config.is_empty() {
        config.insert(0, '\u{feff}');
    }
    let credentials = with_region(&case.credentials, twist.regions[1], "ap-south-1");
    [("config", config), ("credentials", credentials)]
}

async fn ours(variables: &HashMap<String, String>, profile: Option<&str>) -> Value {
    let request = SessionRequest {
        credentials: match profile {
            Some(name) => SessionCredentials::Profile { name: name.to_owned() },
            None => SessionCredentials::Machine,
        },
        region: None,
        ecr_endpoint: None,
        sts_endpoint: None,
    };
    let environment = AwsEnvironment::from_variables(variables.clone());
    let session = match AwsSession::open(request, &environment).await {
        // Only the machine's own credentials are left, and this machine has none.
        Ok(session) if session.caller().profile == MACHINE_LABEL => {
            return json!({"error": "Unable to locate credentials"});
        }
        Ok(session) => session,
        Err(error @ AwsError::RegionMissing { .. }) => {
            return json!({"error": format!("{error:?}"), "no_region": true});
        }
        Err(error) => return json!({"error": format!("{error:?}")}),
    };
    match session.credentials().provide_credentials().await {
        Ok(found) => json!({
            "id": found.access_key_id(),
            "secret": found.secret_access_key(),
            "token": found.session_token(),
            "region": session.region().as_str(),
        }),
        Err(error) => json!({"error": format!("{error:?}")}),
    }
}

#[tokio::test]
async fn a_call_is_made_as_the_aws_cli_makes_it() {
    let folder = tempfile::tempdir().unwrap();
    write_programs(folder.path());
    let mut runner = TestRunner::deterministic();
    let (mut cases, mut inputs) = (Vec::new(), Vec::new());
    for number in 0..CASES {
        let (case, twist) = (case(), twist()).new_tree(&mut runner).unwrap().current();
        let home = folder.path().join(format!("home-{number}"));
        std::fs::create_dir_all(home.join(".aws")).unwrap();
        let files = files(&case, &twist);
        for (name, text) in &files {
            let text = text.replace("FOLDER", folder.path().to_str().unwrap());
            if !text.is_empty() {
                std::fs::write(home.join(".aws").join(name), text).unwrap();
            }
        }
        let own = [("HOME", home.to_str().unwrap().to_owned())];
        let regions =
            twist.region_variables.iter().map(|(name, value)| (*name, (*value).to_owned()));
        let variables: HashMap<String, String> = own
            .into_iter()
            .chain(case.variables.clone())
            .chain(regions)
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        inputs.push(json!({"variables": variables, "profile": case.profile}));
        cases.push((case, twist, files, variables));
    }
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let answers: Vec<Value> = python_answers(include_str!("call_as_aws.py"), &inputs);
    for ((case, twist, files, variables), theirs) in cases.iter().zip(answers) {
        let context = format!("{files:#?} {variables:#?} --profile {:?}\n{theirs:#}", case.profile);
        let list = list_profiles(&AwsEnvironment::from_variables(variables.clone())).await;
        let is_marked = files[0].1.starts_with('\u{feff}');
        if is_marked {
            let refused = cli_rejection(&files[0].1);
            assert!(refused.is_some_and(|refused| refused.line == 1), "{context}");
            assert!(theirs["id"].is_null() || theirs["id"] == "AKIAENVIRONMENT", "{context}");
            *seen.entry("marked").or_default() += 1;
            continue;
        }
        let names: BTreeSet<_> =
            list.profiles.iter().map(|profile| profile.name.as_str()).collect();
        if let Some(all) = theirs["profiles"].as_array() {
            assert_eq!(names, all.iter().filter_map(Value::as_str).collect(), "{context}");
            let ignored = list.ignored.iter().any(|one| one.section == "Profile capital");
            assert_eq!(ignored, twist.capital, "{context}");
        }
        let ours = ours(variables, case.profile).await;
        let set = |name: &str| variables.get(name).filter(|value| !value.is_empty());
        let chosen = case.profile.and_then(|name| {
            let profile = list.profiles.iter().find(|profile| profile.name == name)?;
            Some(profile.region.as_ref()?.as_str().to_owned())
        });
        // `aws configure get region` reads only the file.
        if let (Some(_), Some(theirs)) = (case.profile, theirs["get_region"].as_str()) {
            assert_eq!(chosen.as_deref(), Some(theirs), "{context}");
        }
        let region_differs = match (&chosen, set("AWS_REGION"), set("AWS_DEFAULT_REGION")) {
            (Some(_), _, Some(_)) => Some("region of the chosen profile"),
            (None, Some(_), _) => Some("AWS_REGION"),
            _ => None,
        };
        let keys = |of: &Value| [of["id"].clone(), of["secret"].clone(), of["token"].clone()];
        let outcome = match (theirs["error"].as_str(), region_differs) {
            (None, Some(difference)) => {
                assert_eq!(keys(&ours), keys(&theirs), "{context}");
                assert_ne!(ours["region"], Value::Null, "{context}");
                difference
            }
            (None, None) => {
                assert_eq!(keys(&ours), keys(&theirs), "{context}");
                assert_eq!(ours["region"], theirs["region"], "{context}");
                "called"
            }
            // Reported before the credentials are looked up.
            (Some(error), _) if error.contains("Invalid endpoint") => {
                assert_eq!(
                    variables.get("AWS_DEFAULT_REGION").map(String::as_str),
                    Some(""),
                    "{context}"
                );
                "empty region"
            }
            (Some(error), Some(difference)) if error.contains("specify a region") => {
                assert_ne!(ours["no_region"], true, "{context}\n{ours:#}");
                difference
            }
            (Some(error), _) => {
                let why = ours["error"].as_str().unwrap_or_else(|| panic!("{context}\n{ours:#}"));
                if error.contains("specify a region") {
                    "no region"
                } else if error.contains("the vault is sealed") {
                    assert!(why.contains("the vault is sealed"), "{context}\n{ours:#}");
                    "a program's own words"
                } else if error.contains("locate credentials") {
                    "no credentials"
                } else {
                    "refused"
                }
            }
        };
        *seen.entry(outcome).or_default() += 1;
    }
    // The generated cases cover every outcome.
    for (outcome, least) in [
        ("called", CASES / 8),
        ("region of the chosen profile", 1),
        ("AWS_REGION", 1),
        ("empty region", 1),
        ("no region", CASES / 20),
        ("a program's own words", 1),
        ("no credentials", 1),
        ("refused", CASES / 20),
        ("marked", 2),
    ] {
        assert!(seen.get(outcome).is_some_and(|count| *count >= least), "{outcome}: {seen:?}");
    }
}
