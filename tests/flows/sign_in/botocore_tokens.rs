//! Tokens are shared with the AWS CLI's own library, in both directions.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use transload_aws::{SsoPortal, SsoTarget};
use transload_tests::aws::IdentityCenter;
use transload_tests::program::Program;
use transload_tests::tools::python_tool;

use crate::sign_in::{Fixture, KEY, work};

/// Runs a Python script with botocore in the home folder of the fixture.
async fn botocore(fixture: &Fixture, script: &str) -> Result<String> {
    let mut run = Program::new(python_tool("python3")?).arguments(["-c", script]);
    for name in ["AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN"] {
        run = run.without_variable(name);
    }
    for (name, value) in fixture.home.environment().into_iter().chain(fixture.center.environment())
    {
        run = run.variable(&name, value);
    }
    Ok(run.succeed().await?.text())
}

async fn sign_in(fixture: &Fixture, target: SsoTarget) -> Result<()> {
    let sign_in = fixture.begin(target, None).await?;
    let page = sign_in.prompt().url.clone();
    let waiting = tokio::spawn(sign_in.finish());
    IdentityCenter::open_page(&page).await?;
    Ok(waiting.await??)
}

#[tokio::test]
async fn botocore_gets_credentials_and_renews_with_the_token_that_we_stored() -> Result<()> {
    let fixture = Fixture::new().await?;
    let credentials = |profile: &str| {
        format!(
            "import botocore.session\n\
             session = botocore.session.Session(profile='{profile}')\n\
             print(session.get_credentials().get_frozen_credentials().access_key)\n"
        )
    };
    for profile in ["work", "old"] {
        sign_in(&fixture, SsoTarget::profile_named(profile)).await?;
        ensure!(botocore(&fixture, &credentials(profile)).await?.trim() == KEY.0, "{profile}");
    }

    // A token that is about to expire is renewed by botocore, and we can use the result.
    fixture.center.set_token_lifetime(Duration::from_secs(60));
    sign_in(&fixture, work()).await?;
    let ours = fixture.token()?;
    fixture.center.set_token_lifetime(Duration::from_secs(8 * 3600));
    botocore(&fixture, &credentials("work")).await?;
    let theirs = fixture.token()?;
    ensure!(theirs["accessToken"] != ours["accessToken"], "nothing was renewed");
    let fields = |token: &Value| {
        let mut names: Vec<String> =
            token.as_object().map(|parts| parts.keys().cloned().collect()).unwrap_or_default();
        names.sort();
        names
    };
    ensure!(fields(&theirs) == fields(&ours), "{:?} {:?}", fields(&theirs), fields(&ours));
    let roles =
        SsoPortal::open(&work(), &fixture.environment()).await?.roles("111122223333").await?;
    ensure!(roles == ["ImagePusher", "ReadOnly"], "{roles:?}");
    Ok(())
}

#[tokio::test]
async fn we_use_and_renew_a_token_that_botocore_stored() -> Result<()> {
    let fixture = Fixture::new().await?;
    sign_in(&fixture, work()).await?;
    let token = fixture.token()?;
    std::fs::remove_dir_all(fixture.home.path().join(".aws/sso"))?;
    // As `aws sso login` writes it, with a near expiry.
    let script = format!(
        "import datetime, json\n\
         from botocore.utils import JSONFileCache, SSOTokenLoader\n\
         from botocore.tokens import SSOTokenProvider, _sso_json_dumps\n\
         token = json.loads('''{token}''')\n\
         token['expiresAt'] = datetime.datetime.utcnow() + datetime.timedelta(seconds=90)\n\
         cache = JSONFileCache(SSOTokenProvider._SSO_TOKEN_CACHE_DIR, dumps_func=_sso_json_dumps)\n\
         SSOTokenLoader(cache).save_token(token['startUrl'], token, session_name='corp')\n"
    );
    botocore(&fixture, &script).await?;
    let theirs = fixture.token().context("botocore stores it in another file")?;
    let portal = SsoPortal::open(&work(), &fixture.environment()).await?;
    let accounts = portal.accounts().await?;
    let names: Vec<_> = accounts.iter().filter_map(|account| account.name.as_deref()).collect();
    ensure!(names == ["Team Dev", "Team Prod"], "{names:?}");
    let renewed = fixture.token()?;
    ensure!(renewed["accessToken"] != theirs["accessToken"], "nothing was renewed");
    ensure!(renewed["clientId"] == theirs["clientId"] && renewed["refreshToken"].is_string());
    Ok(())
}
