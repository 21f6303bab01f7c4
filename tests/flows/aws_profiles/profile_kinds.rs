//! Each kind of profile returns the expected identity.

use std::time::Duration;

use anyhow::Result;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use transload_tests::aws::{
    AwsResponse, Call, ContainerCredentials, InstanceMetadata, Role, ScriptedAws, Sts, check_shapes,
};
use transload_tests::aws_cli::REGION;
use transload_tests::aws_home::AwsHome;
use transload_tests::program::{Program, ProgramOutput};

use crate::aws_profiles::{KEY, token_only};

/// The access keys of the kinds of profiles, so that they can be distinguished.
const PROCESS: (&str, &str) = ("AKIAPROCESS000000000", "secret-of-the-process");
const ENVIRONMENT: (&str, &str) = ("AKIAENVIRONMENT00000", "secret-of-the-environment");
const CONTAINER: (&str, &str) = ("ASIACONTAINER0000000", "secret-of-the-container");
const INSTANCE: (&str, &str) = ("ASIAINSTANCE00000000", "secret-of-the-instance");
const SSO: (&str, &str) = ("ASIASSO0000000000000", "secret-of-sso");
const LOGIN: (&str, &str) = ("ASIALOGIN00000000000", "secret-of-login");

const HOUR: Duration = Duration::from_secs(3600);

const START_URL: &str = "https://corp.example/start#/";
const LOGIN_SESSION: &str = "arn:aws:iam::123456789012:user/ada";
/// The SHA-1 of `our corp`, and of [`START_URL`], which are the names of the token files.
const SESSION_FILE: &str = "fd79f3c2c014e98bfa53602e9b44bbe0662b7da0";
const LEGACY_FILE: &str = "4bd1ad85f090cafd5b20cf3faba184715dd539f9";

/// A home folder with every kind of profile, and the services that they use.
struct Fixture {
    home: AwsHome,
    sts: Sts,
    sso: ScriptedAws,
    ecr: ScriptedAws,
    container: ContainerCredentials,
    instance: InstanceMetadata,
}

impl Fixture {
    async fn new() -> Result<Self> {
        let roles = ["one", "two", "three", "pod"].map(Role::named);
        let sts = Sts::start([(KEY.0, "keys"), (PROCESS.0, "process")], roles).await?;
        for (key, name) in [
            (ENVIRONMENT, "user/environment"),
            (CONTAINER, "role/container"),
            (INSTANCE, "role/instance"),
            (SSO, "role/sso"),
            (LOGIN, "user/login"),
        ] {
            sts.add_access_key(key.0, &format!("arn:aws:iam::123456789012:{name}"));
        }
        sts.accept_web_token("token-of-the-pod");
        let home = AwsHome::new()?.profile_with_key("keys", KEY, &[])?;
        home.file("pod/token", "token-of-the-pod")?;
        let path = home.file("our tools/creds", PROGRAM)?;
        set_executable(&path)?;
        let token = json!({
            "accessToken": "token-of-sso",
            "expiresAt": "2099-01-01T00:00:00Z",
            "region": REGION,
            "startUrl": START_URL,
        });
        for name in [SESSION_FILE, LEGACY_FILE] {
            home.file(&format!(".aws/sso/cache/{name}.json"), &token.to_string())?;
        }
        let name: String =
            Sha256::digest(LOGIN_SESSION).iter().map(|byte| format!("{byte:02x}")).collect();
        home.file(&format!(".aws/login/cache/{name}.json"), &login_token().to_string())?;
        let text = config(&home.path().display().to_string());
        let home = home.config_text(&text)?;
        Ok(Self {
            home,
            sts,
            sso: ScriptedAws::start(sso_portal).await?,
            ecr: token_only().await?,
            container: ContainerCredentials::start(CONTAINER, HOUR).await?,
            instance: InstanceMetadata::start(INSTANCE, HOUR).await?,
        })
    }

    /// Runs `transload-cli identity` with these arguments and additional variables.
    async fn identity(
        &self,
        arguments: &[&str],
        more: &[(String, String)],
    ) -> Result<ProgramOutput> {
        let run = ["AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION"]
            .into_iter()
            .fold(self.home.transload_cli(["identity", "--json"])?, Program::without_variable)
            .arguments(arguments);
        run.variable("AWS_ENDPOINT_URL_STS", self.sts.url())
            .variable("AWS_ENDPOINT_URL_ECR", self.ecr.url())
            .variable("AWS_ENDPOINT_URL_SSO", self.sso.url())
            .variable("AWS_REGION", REGION)
            .variables(more.iter().cloned())
            .finish()
            .await
    }

    async fn arn(&self, profile: &str, more: &[(String, String)]) -> Result<String> {
        let finished = self.identity(&["--aws-profile", profile], more).await?;
        arn(profile, &finished)
    }
}

fn arn(who: &str, finished: &ProgramOutput) -> Result<String> {
    anyhow::ensure!(finished.status.success(), "{who}: {}", finished.stderr);
    let identity: Value = serde_json::from_slice(&finished.stdout)?;
    Ok(identity["arn"].as_str().unwrap_or_default().to_owned())
}

const PROGRAM: &str = "#!/bin/sh\n\
test \"$1 $2\" = \"--user ada # x\" || exit 1\n\
echo '{\"Version\": 1, \"AccessKeyId\": \"AKIAPROCESS000000000\", \"SecretAccessKey\": \"secret-of-the-process\"}'\n";

fn config(home: &str) -> String {
    let role = |name: &str| format!("role_arn = arn:aws:iam::123456789012:role/{name}\n");
    format!(
        "[profile role]\n{one}source_profile = keys\n\
         [profile role-of-role]\n{two}source_profile = role\n\
         [profile three-hops]\n{three}source_profile = role-of-role\n\
         [profile of-self]\n{one}source_profile = of-self\naws_access_key_id = {id}\n\
         aws_secret_access_key = {secret}\n\
         [profile by-environment]\n{one}credential_source = Environment\n\
         [profile by-container]\n{one}credential_source = EcsContainer\n\
         [profile by-instance]\n{one}credential_source = Ec2InstanceMetadata\n\
         [profile process]\ncredential_process = \"{home}/our tools/creds\" --user \"ada # x\"\n\
         [profile role-of-process]\n{one}source_profile = process\n\
         [profile pod]\n{pod}web_identity_token_file = {home}/pod/token\n\
         role_session_name = pod-7\n\
         [profile role-of-pod]\n{one}source_profile = pod\n\
         [profile \"our corp's\"]\nsso_session = our corp\nsso_account_id = 123456789012\n\
         sso_role_name = push\n\
         [sso-session \"our corp\"]\nsso_region = {REGION}\nsso_start_url = {START_URL}\n\
         [profile legacy]\nsso_account_id = 123456789012\nsso_role_name = push\n\
         sso_region = {REGION}\nsso_start_url = {START_URL}\n\
         [profile role-of-sso]\n{one}source_profile = our corp's\n\
         [profile console]\nlogin_session = {LOGIN_SESSION}\n",
        one = role("one"),
        two = role("two"),
        three = role("three"),
        pod = role("pod"),
        id = KEY.0,
        secret = KEY.1,
    )
}

fn login_token() -> Value {
    json!({
        "accessToken": {
            "accessKeyId": LOGIN.0,
            "secretAccessKey": LOGIN.1,
            "sessionToken": "token-of-login",
            "accountId": "123456789012",
            "expiresAt": "2099-01-01T00:00:00Z",
        },
        "tokenType": "aws_sigv4",
        "refreshToken": "refresh-of-login",
        "clientId": "arn:aws:signin:::devtools/same-device",
        "dpopKey": "key-of-login",
    })
}

/// The call of IAM Identity Center that returns role credentials.
fn sso_portal(call: &Call) -> AwsResponse {
    if call.header("x-amz-sso_bearer_token") != Some("token-of-sso") {
        return AwsResponse::json_error(
            401,
            "UnauthorizedException",
            "Session token not found or invalid",
        );
    }
    AwsResponse::json(&json!({
        "roleCredentials": {
            "accessKeyId": SSO.0,
            "secretAccessKey": SSO.1,
            "sessionToken": "session-of-sso",
            "expiration": 4_070_908_800_000_u64,
        }
    }))
}

#[cfg(unix)]
fn set_executable(path: &std::path::Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))?)
}

fn keys_in_environment() -> Vec<(String, String)> {
    [("AWS_ACCESS_KEY_ID", ENVIRONMENT.0), ("AWS_SECRET_ACCESS_KEY", ENVIRONMENT.1)]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
}

#[tokio::test]
async fn every_kind_of_profile_has_the_expected_identity() -> Result<()> {
    let fixture = Fixture::new().await?;
    let environment = keys_in_environment();
    let (container, instance) = (fixture.container.variables(), fixture.instance.variables());
    let user = |name: &str| format!("arn:aws:iam::123456789012:{name}");
    let assumed = |name: &str| format!("arn:aws:sts::123456789012:assumed-role/{name}/");
    for (profile, more, expected) in [
        // Keys in the environment never override a selected profile.
        ("keys", &environment, user("user/keys")),
        ("role", &environment, assumed("one")),
        ("role-of-role", &vec![], assumed("two")),
        ("three-hops", &vec![], assumed("three")),
        ("of-self", &vec![], assumed("one")),
        ("by-environment", &environment, assumed("one")),
        ("by-container", &container, assumed("one")),
        ("by-instance", &instance, assumed("one")),
        ("process", &vec![], user("user/process")),
        ("role-of-process", &vec![], assumed("one")),
        ("pod", &vec![], assumed("pod")),
        ("role-of-pod", &vec![], assumed("one")),
        ("our corp's", &vec![], user("role/sso")),
        ("legacy", &vec![], user("role/sso")),
        ("role-of-sso", &vec![], assumed("one")),
        ("console", &vec![], user("user/login")),
    ] {
        let arn = fixture.arn(profile, more).await?;
        assert!(arn.starts_with(&expected), "{profile}: {arn}");
    }
    assert_eq!((fixture.container.issued_count(), fixture.instance.issued_count()), (1, 1));
    let three_hops = fixture.sts.call_count("AssumeRole");
    fixture.arn("three-hops", &[]).await?;
    assert_eq!(fixture.sts.call_count("AssumeRole"), three_hops + 3);
    check_shapes("sts", &fixture.sts.exchanges()).await?;
    check_shapes("sso", &fixture.sso.exchanges()).await?;
    check_shapes("ecr", &fixture.ecr.exchanges()).await
}

#[tokio::test]
async fn without_a_profile_the_credentials_of_the_environment_are_used() -> Result<()> {
    let fixture = Fixture::new().await?;
    let pod = [
        ("AWS_WEB_IDENTITY_TOKEN_FILE", format!("{}/pod/token", fixture.home.path().display())),
        ("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/pod".to_owned()),
    ];
    let pod = pod.map(|(name, value)| (name.to_owned(), value)).to_vec();
    for (more, expected) in [
        (keys_in_environment(), "arn:aws:iam::123456789012:user/environment"),
        (pod, "arn:aws:sts::123456789012:assumed-role/pod/"),
        (fixture.container.variables(), "arn:aws:iam::123456789012:role/container"),
        (fixture.instance.variables(), "arn:aws:iam::123456789012:role/instance"),
    ] {
        let finished = fixture.identity(&[], &more).await?;
        let arn = arn(expected, &finished)?;
        assert!(arn.starts_with(expected), "{arn}");
    }
    let nothing = fixture.identity(&[], &[]).await?;
    assert_eq!(nothing.status.code(), Some(3), "{}", nothing.text());
    assert!(nothing.stderr.contains("provides no credentials"), "{}", nothing.stderr);
    Ok(())
}

#[tokio::test]
async fn the_error_says_what_a_profile_is_missing() -> Result<()> {
    let fixture = Fixture::new().await?;
    let cache = fixture.home.path().join(".aws/sso/cache");
    std::fs::remove_file(cache.join(format!("{LEGACY_FILE}.json")))?;
    std::fs::remove_file(fixture.home.path().join("pod/token"))?;
    fixture.home.file("our tools/creds", "#!/bin/sh\necho no network >&2\nexit 1\n")?;
    for (profile, expected) in [
        ("legacy", "has no valid session"),
        ("pod", "its web_identity_token_file"),
        ("process", "provides no credentials"),
        ("by-environment", "provides no credentials"),
    ] {
        let finished = fixture.identity(&["--aws-profile", profile], &[]).await?;
        assert_eq!(finished.status.code(), Some(3), "{profile}: {}", finished.text());
        assert!(finished.stderr.contains(expected), "{profile}: {}", finished.stderr);
    }
    Ok(())
}
