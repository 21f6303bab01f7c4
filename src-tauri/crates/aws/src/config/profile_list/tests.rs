//! Tests of the profile list, on real files.

use super::*;
use crate::error::AwsError;
use crate::session::aws_session::AwsSession;
use crate::testing::{Home, profile_request};

/// Every kind of profile and every mistake, with comments, CRLF, quotes, non-ASCII names and duplicate
/// sections.
const CONFIG: &str = "# what the config file holds\r\n\
[default]\r\n\
region = eu-west-1 ; Dublin\r\n\
output = json\r\n\
\r\n\
[profile keys]\n\
aws_access_key_id = AKIAKEYS\n\
aws_secret_access_key = s3cr3t\n\
endpoint_url = http://127.0.0.1:9\n\
[profile corp]\n\
sso_session = corp\n\
sso_account_id = 123456789012\n\
sso_role_name = push\n\
region = eu-central-1\n\
[sso-session corp]\n\
sso_region = eu-central-1\n\
sso_start_url = https://corp.example/start\n\
sso_registration_scopes = sso:account:access\n\
[profile legacy]\n\
sso_account_id = 123456789012\n\
sso_role_name = push\n\
sso_region = eu-central-1\n\
sso_start_url = https://corp.example/start\n\
[profile role]\n\
role_arn = arn:aws:iam::123456789012:role/push\n\
source_profile = keys\n\
[profile role-of-role]\n\
role_arn = arn:aws:iam::123456789012:role/deep\n\
source_profile = role\n\
endpoint_url = http://127.0.0.1:9\n\
[profile role-of-self]\n\
role_arn = arn:aws:iam::123456789012:role/self\n\
source_profile = role-of-self\n\
aws_access_key_id = AKIASELF\n\
aws_secret_access_key = s\n\
endpoint_url = http://127.0.0.1:9\n\
[profile machine-role]\n\
role_arn = arn:aws:iam::123456789012:role/push\n\
credential_source = environment\n\
[profile mfa]\n\
role_arn = arn:aws:iam::123456789012:role/push\n\
source_profile = keys\n\
mfa_serial = arn:aws:iam::123456789012:mfa/ada\n\
endpoint_url = http://127.0.0.1:9\n\
[profile tool]\n\
credential_process = \"/opt/our tools/creds\" --user ada\n\
[profile console]\n\
login_session = arn:aws:iam::123456789012:user/ada\n\
[profile pod]\n\
role_arn = arn:aws:iam::123456789012:role/push\n\
web_identity_token_file = /nowhere/token\n\
endpoint_url = http://127.0.0.1:9\n\
[profile twice]\n\
region = us-east-1\n\
[profile twice]\n\
region = us-west-2\n\
s3 =\n\
  max_concurrent_requests = 20\n\
[services local]\n\
ecr =\n\
  endpoint_url = http://127.0.0.1:9\n\
[unprefixed]\n\
region = us-east-1\n\
[profile Zoë's]\n\
region = us-east-1\n\
[profile role-alone]\n\
role_arn = arn:aws:iam::123456789012:role/push\n\
[profile role-of-nobody]\n\
role_arn = arn:aws:iam::123456789012:role/push\n\
source_profile = nobody\n\
[profile role-of-empty]\n\
role_arn = arn:aws:iam::123456789012:role/push\n\
source_profile = empty\n\
[profile two-sources]\n\
role_arn = arn:aws:iam::123456789012:role/push\n\
source_profile = keys\n\
credential_source = Environment\n\
[profile odd-source]\n\
role_arn = arn:aws:iam::123456789012:role/push\n\
credential_source = Moon\n\
[profile circle-a]\n\
role_arn = arn:aws:iam::123456789012:role/a\n\
source_profile = circle-b\n\
[profile circle-b]\n\
role_arn = arn:aws:iam::123456789012:role/b\n\
source_profile = circle-a\n\
[profile token-alone]\n\
web_identity_token_file = /nowhere/token\n\
[profile sso-nowhere]\n\
sso_session = nowhere\n\
sso_account_id = 123456789012\n\
sso_role_name = push\n\
[profile sso-twice]\n\
sso_session = corp\n\
sso_region = us-east-1\n\
sso_account_id = 123456789012\n\
sso_role_name = push\n\
[profile sso-no-role]\n\
sso_session = corp\n\
[profile sso-half]\n\
sso_session = corp\n\
sso_account_id = 123456789012\n\
[profile sso-legacy-half]\n\
sso_account_id = 123456789012\n\
sso_role_name = push\n\
sso_start_url = https://corp.example/start\n\
[profile empty]\n\
output = json\n";

const CREDENTIALS: &str = "[default]\n\
aws_access_key_id = AKIADEFAULT\n\
aws_secret_access_key = s3cr3t\n\
[temporary]\n\
aws_access_key_id = ASIATEMP\n\
aws_secret_access_key = s\n\
aws_session_token = t\n\
[half]\n\
aws_access_key_id = AKIAHALF\n\
[other-half]\n\
aws_secret_access_key = s\n\
[profile wrong]\n\
aws_access_key_id = AKIAWRONG\n";

fn home() -> Home {
    Home::with(CONFIG, CREDENTIALS)
}

#[tokio::test]
async fn every_kind_of_profile_is_listed_with_its_region_and_problem() {
    use ProfileKind::{Keys, Login, Process, Role, RoleWithMfa, Sso, Unknown, WebIdentity};
    let list = list_profiles(&home().environment()).await;
    let expected: [(&str, ProfileKind, Option<&str>, Option<&str>); 31] = [
        ("default", Keys, Some("eu-west-1"), None),
        ("keys", Keys, None, None),
        ("corp", Sso, Some("eu-central-1"), None),
        ("legacy", Sso, None, None),
        ("role", Role, None, None),
        ("role-of-role", Role, None, None),
        ("role-of-self", Role, None, None),
        ("machine-role", Role, None, None),
        ("mfa", RoleWithMfa, None, None),
        ("tool", Process, None, None),
        ("console", Login, None, None),
        ("pod", WebIdentity, None, None),
        ("twice", Unknown, Some("us-west-2"), Some("has no credentials")),
        ("role-alone", Role, None, Some("neither source_profile nor credential_source")),
        ("role-of-nobody", Role, None, Some("source_profile \"nobody\" is not defined")),
        ("role-of-empty", Role, None, Some("\"empty\" cannot be used: it has no credentials")),
        ("two-sources", Role, None, Some("both source_profile and credential_source")),
        ("odd-source", Role, None, Some("\"Moon\" is invalid")),
        ("circle-a", Role, None, Some("circle-a → circle-b → circle-a")),
        ("circle-b", Role, None, Some("circle-b → circle-a → circle-b")),
        ("token-alone", WebIdentity, None, Some("no role_arn")),
        ("sso-nowhere", Sso, None, Some("\"nowhere\" is not defined")),
        ("sso-twice", Sso, None, Some("sso_region differs from that")),
        ("sso-no-role", Sso, None, Some("no sso_account_id and sso_role_name")),
        ("sso-half", Sso, None, Some("sso_account_id but no sso_role_name")),
        ("sso-legacy-half", Sso, None, Some("no sso_region")),
        ("empty", Unknown, None, Some("has no credentials")),
        ("temporary", Keys, None, None),
        ("half", Keys, None, Some("aws_access_key_id but no aws_secret_access_key")),
        ("other-half", Keys, None, Some("aws_secret_access_key but no aws_access_key_id")),
        ("profile wrong", Keys, None, Some("aws_access_key_id but no aws_secret_access_key")),
    ];
    let names: Vec<&str> = list.profiles.iter().map(|profile| profile.name.as_str()).collect();
    assert_eq!(names, expected.iter().map(|(name, ..)| *name).collect::<Vec<_>>());
    for (profile, (name, kind, region, problem)) in list.profiles.iter().zip(expected) {
        assert_eq!(profile.kind, kind, "{name}");
        assert_eq!(profile.region.as_ref().map(Region::as_str), region, "{name}");
        match (&profile.problem, problem) {
            (None, None) => {}
            (Some(reported), Some(part)) => assert!(reported.contains(part), "{name}: {reported}"),
            (reported, wanted) => panic!("{name}: {reported:?}, not {wanted:?}"),
        }
    }
    assert!(!format!("{list:?}").contains("s3cr3t"));
}

/// Files with one mistake each, and the lines at fault.
const WRONG: [(&str, &[u32]); 12] = [
    ("[profile a]\noutput = json\n", &[1]),
    ("[profile a]\noutput = json\nrole_arn = r\n", &[3]),
    ("[profile a]\nrole_arn = r\nsource_profile = b\ncredential_source = Environment\n", &[3, 4]),
    ("[profile a]\nrole_arn = r\nsource_profile = b\n", &[3]),
    ("[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\n\naws_access_key_id = A\n", &[6]),
    (
        "[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\nrole_arn = r\nsource_profile = a\n",
        &[3, 6],
    ),
    ("[profile a]\nrole_arn = r\ncredential_source = Moon\n", &[3]),
    ("[profile a]\nweb_identity_token_file = f\n", &[2]),
    ("[profile a]\nsso_account_id = 1\nsso_role_name = r\nsso_session = x\n", &[4]),
    (
        "[sso-session x]\nsso_region = r\n[profile a]\nsso_account_id = 1\nsso_role_name = r\nsso_session = x\n",
        &[1],
    ),
    (
        "[sso-session x]\nsso_region = r\nsso_start_url = u\n[profile a]\nsso_account_id = 1\n\
         sso_role_name = r\nsso_session = x\nsso_region = other\n",
        &[8, 2],
    ),
    ("[profile a]\nregion = EU West\naws_access_key_id = A\naws_secret_access_key = s\n", &[2]),
];

#[tokio::test]
async fn problems_name_file_and_line() {
    for (config, lines) in WRONG {
        let home = Home::with(config, "");
        let list = list_profiles(&home.environment()).await;
        let problem = list.profiles.iter().find(|one| one.name == "a").unwrap().problem.clone();
        let path = home.config().display().to_string();
        let places: Vec<_> = lines.iter().map(|line| format!("{path}:{line}")).collect();
        let end = format!(" ({})", places.join(", "));
        assert!(
            problem.as_ref().is_some_and(|reported| reported.ends_with(&end)),
            "{config}{problem:?}"
        );
    }
}

#[tokio::test]
async fn every_profile_without_a_problem_can_be_opened_and_no_other() {
    let home = home();
    let environment = home.environment_with(&[("AWS_REGION", "eu-west-1")]);
    for profile in list_profiles(&environment).await.profiles {
        let opened = AwsSession::open(profile_request(&profile.name), &environment).await;
        let waits = matches!(opened, Err(AwsError::MfaNeeded { .. }));
        assert_eq!(
            opened.is_ok() || waits,
            profile.problem.is_none(),
            "{}: {:?}",
            profile.name,
            profile.problem
        );
        assert_eq!(waits, profile.kind == ProfileKind::RoleWithMfa, "{}", profile.name);
    }
}

#[tokio::test]
async fn the_source_of_a_profile_is_the_first_file_that_defines_it() {
    let home = home();
    let list = list_profiles(&home.environment()).await;
    let source =
        |name: &str| list.profiles.iter().find(|one| one.name == name).unwrap().source.clone();
    assert_eq!(source("default"), home.config());
    assert_eq!(source("temporary"), home.credentials());
}

#[tokio::test]
async fn a_role_without_a_region_has_that_of_its_source() {
    let config = "[profile base]\nregion = ap-south-1\naws_access_key_id = A\n\
                  aws_secret_access_key = s\n[profile role]\nsource_profile = base\n\
                  role_arn = arn:aws:iam::123456789012:role/push\n";
    let list = list_profiles(&Home::with(config, "").environment()).await;
    assert_eq!(list.profiles[1].region, Some(Region::parse("ap-south-1").unwrap()));
}

#[tokio::test]
async fn an_invalid_region_is_a_problem() {
    let config = "[default]\nregion = EU West\naws_access_key_id = A\naws_secret_access_key = s\n";
    let list = list_profiles(&Home::with(config, "").environment()).await;
    assert_eq!(list.profiles[0].region, None);
    assert!(list.profiles[0].problem.as_deref().unwrap().contains("EU West"));
}

#[tokio::test]
async fn ignored_sections_are_listed_with_file_and_line() {
    let home = home();
    let list = list_profiles(&home.environment()).await;
    let line = |file: &str, header: &str| {
        u32::try_from(file.lines().position(|line| line == header).unwrap() + 1).unwrap()
    };
    let reported: Vec<_> =
        list.ignored.iter().map(|one| (one.path.clone(), one.line, one.section.as_str())).collect();
    assert_eq!(
        reported,
        [
            (home.config(), line(CONFIG, "[unprefixed]"), "unprefixed"),
            (home.config(), line(CONFIG, "[profile Zoë's]"), "profile Zoë's"),
        ]
    );
}

#[tokio::test]
async fn missing_files_are_listed_without_an_error() {
    let home = Home::with("", "");
    let environment = home
        .environment_with(&[("AWS_PROFILE", "nowhere"), ("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT")]);
    let list = list_profiles(&environment).await;
    let file = |path| ConfigFile { path, exists: false, problem: None, refused_by_cli: None };
    assert_eq!(
        list,
        ProfileList {
            profiles: vec![],
            files: vec![file(home.config()), file(home.credentials())],
            ignored: vec![],
            preselected: Some("nowhere".to_owned()),
            environment_has_keys: true,
        }
    );
}

#[tokio::test]
async fn an_unreadable_file_is_reported_with_its_line() {
    let credentials = "[default]\naws_access_key_id = AKIA\naws_secret_access_key = s3cr3t\n";
    let broken = "[default]\nregion = eu-west-1\nthis is s3cr3t and no setting\n";
    let home = Home::with(broken, credentials);
    let list = list_profiles(&home.environment()).await;
    let error = list.files[0].problem.clone().unwrap();
    assert!(error.contains("line 3") && error.contains(home.config().to_str().unwrap()), "{error}");
    assert!(!error.contains("s3cr3t"), "{error}");
    assert_eq!(list.files[1].problem, None);
    // The other file's profile is listed, but part of it may be missing.
    assert_eq!(list.profiles.len(), 1);
    assert_eq!(list.profiles[0].problem, Some(error));
}

#[tokio::test]
async fn a_file_that_the_aws_cli_rejects_is_read_with_a_warning() {
    let home = Home::with("[default]\nregion = eu-west-1\nregion = eu-west-2\n", "[a]\n[a]\n");
    let list = list_profiles(&home.environment()).await;
    let reported = |file: usize| list.files[file].refused_by_cli.clone().unwrap();
    let config = home.config().display().to_string();
    assert_eq!(reported(0), format!("{config}:3: the setting region is already defined in line 2"));
    let credentials = home.credentials().display().to_string();
    assert_eq!(reported(1), format!("{credentials}:2: [a] is already defined in line 1"));
    assert_eq!(list.profiles[0].region.as_ref().unwrap().as_str(), "eu-west-2");
    assert_eq!(list.files[0].problem, None);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_file_without_end_is_reported() {
    let home = Home::with("", "");
    let list = list_profiles(&home.environment_with(&[("AWS_CONFIG_FILE", "/dev/zero")])).await;
    let problem = list.files[0].problem.clone();
    assert_eq!(problem.as_deref(), Some("/dev/zero cannot be read: it is larger than 16 MiB"));
}

#[tokio::test]
async fn a_file_that_is_not_text_is_reported() {
    let home = Home::with("", "");
    std::fs::write(home.config(), b"[default]\nregion = \xff\xfe\n").unwrap();
    let list = list_profiles(&home.environment()).await;
    assert!(list.files[0].problem.as_deref().unwrap().contains("UTF-8"));
    assert!(list.profiles.is_empty());
}
