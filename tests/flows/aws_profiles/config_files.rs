//! AWS files as Transload and the AWS CLI read them.

use std::collections::BTreeSet;

use anyhow::Result;
use transload_aws::{AwsEnvironment, list_profiles};
use transload_tests::aws_home::AwsHome;
use transload_tests::program::Program;
use transload_tests::tools::python_tool;

/// Every kind of profile, with names, quotes, comments, indentation and line endings as in real files.
/// (`\x20` is a space that the compiler keeps at the beginning of a line.)
const CONFIG: &str = "\
# the file of a team\r\n\
[default]\r\n\
\x20 region: eu-west-1\r\n\
\x20 output = json\r\n\
\r\n\
[profile \"our team\"] ; with a space\n\
credential_process = /opt/creds # not a comment for the AWS CLI\n\
[profile 'single']\n\
role_arn = arn:aws:iam::123456789012:role/push\n\
source_profile = our team\n\
[profile Zoë]\n\
sso_session = corp\n\
sso_account_id = 123456789012\n\
sso_role_name = push\n\
[sso-session corp]\n\
sso_region = eu-central-1\n\
sso_start_url = https://corp.example/start#/\n\
[profile console]\n\
login_session = arn:aws:iam::123456789012:user/ada\n\
s3 =\n\
\n\
\x20 # nested\n\
\x20 max_concurrent_requests = 20\n\
[services local]\n\
ecr =\n\
\x20 endpoint_url = http://127.0.0.1:9\n\
[unprefixed]\n\
region = us-east-1\n\
[plugins]\n\
[profile half open's]\n\
[profile with two words]\n";

/// The same as `aws configure list-profiles`, which version 1 of the AWS CLI does not have.
const LIST_PROFILES: &str =
    "import botocore.session as b; print(*b.Session().available_profiles, sep='\\n')";

#[tokio::test]
async fn we_list_the_profiles_that_the_aws_cli_lists() -> Result<()> {
    let key = ("AKIASTORY00000000000", "secret");
    let home = AwsHome::new()?.profile_with_key("default", key, &[])?.profile_with_key(
        "team: b",
        key,
        &[],
    )?;
    home.file(".aws/config", CONFIG)?;
    let run = ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"]
        .into_iter()
        .fold(Program::new(python_tool("python3")?), Program::without_variable)
        .arguments(["-c", LIST_PROFILES]);
    let run = run.variables(home.environment()).variable("PYTHONIOENCODING", "utf-8");
    let listed = run.succeed().await?.text();
    let theirs: BTreeSet<&str> = listed.lines().collect();

    let list = list_profiles(&AwsEnvironment::from_variables(home.environment())).await;
    let ours: BTreeSet<&str> = list.profiles.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(ours, theirs);
    assert_eq!(ours.len(), 6, "{ours:?}");
    let problems: Vec<_> = list.profiles.iter().filter_map(|one| one.problem.as_ref()).collect();
    assert!(problems.is_empty(), "{problems:?}");
    // Sections that the AWS CLI ignores silently are reported with their lines.
    let ignored: Vec<_> = list.ignored.iter().map(|one| (one.line, one.section.as_str())).collect();
    let line = |header: &str| -> Result<u32> {
        let found = CONFIG.lines().position(|line| line == format!("[{header}]"));
        Ok(u32::try_from(found.unwrap_or_default())? + 1)
    };
    let headers = ["unprefixed", "plugins", "profile half open's", "profile with two words"];
    for (section, header) in ignored.iter().zip(headers) {
        assert_eq!(*section, (line(header)?, header));
    }
    assert_eq!(ignored.len(), headers.len());
    Ok(())
}
