//! Sign-in through IAM Identity Center, against a scripted one.

mod accounts;
mod botocore_tokens;
mod browser;
mod code;
mod command_line;

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;
use transload_aws::{AwsEnvironment, SignIn, SignInError, SignInMethod, SignInRequest, SsoTarget};
use transload_tests::aws::IdentityCenter;
use transload_tests::aws_home::AwsHome;

/// An example access key.
const KEY: (&str, &str) = ("ASIAOFTHEROLE0000000", "secret-key-of-the-role");

/// The file of the token of the session `corp`, named by the SHA-1 of its name.
const CORP_TOKEN: &str = ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";

/// An IAM Identity Center, and a home folder whose profiles use it: `work` with the session `corp`, and `old`
/// with the legacy format.
struct Fixture {
    center: IdentityCenter,
    home: AwsHome,
}

impl Fixture {
    async fn new() -> Result<Self> {
        let center = IdentityCenter::start(KEY).await?;
        let home = AwsHome::new()?.config_text(&config(&center.start_url(), ""))?;
        Ok(Self { center, home })
    }

    fn environment(&self) -> AwsEnvironment {
        let center = self.center.environment();
        AwsEnvironment::from_variables(self.home.environment().into_iter().chain(center))
    }

    async fn begin(
        &self,
        target: SsoTarget,
        method: Option<SignInMethod>,
    ) -> Result<SignIn, SignInError> {
        let poll_interval = Some(Duration::from_millis(20));
        SignIn::begin(&SignInRequest { target, method, poll_interval }, &self.environment()).await
    }

    /// The stored token of `corp`.
    fn token(&self) -> Result<Value> {
        let text = std::fs::read_to_string(self.home.path().join(CORP_TOKEN));
        Ok(serde_json::from_str(&text.context("there is no token")?)?)
    }
}

/// The configuration, with more settings for the profile `work`.
fn config(start_url: &str, work: &str) -> String {
    format!(
        "[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = {start_url}\n\n\
         [profile work]\nsso_session = corp\nsso_account_id = 111122223333\n\
         sso_role_name = ImagePusher\nregion = eu-central-1\n{work}\n\
         [profile old]\nsso_start_url = {start_url}\nsso_region = eu-west-1\n\
         sso_account_id = 111122223333\nsso_role_name = ImagePusher\nregion = eu-central-1\n"
    )
}

fn work() -> SsoTarget {
    SsoTarget::profile_named("work")
}
