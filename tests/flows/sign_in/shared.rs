//! Tokens are shared with the AWS CLI's own library, in both directions.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use transload_aws::{SsoPortal, SsoTarget};
use transload_tests::aws::IdentityCenter;
use transload_tests::process::Run;
use transload_tests::tools::python_tool;

use crate::sign_in::{KEY, Office, work};

/// Runs Python with botocore in the office's home.
async fn botocore(office: &Office, script: &str) -> Result<String> {
    let mut run = Run::new(python_tool("python3")?).arguments(["-c", script]);
    for name in ["AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN"] {
        run = run.without_variable(name);
    }
    for (name, value) in office.home.environment().into_iter().chain(office.center.environment()) {
        run = run.variable(&name, value);
    }
    Ok(run.succeed().await?.text())
}

async fn sign_in(office: &Office, target: SsoTarget) -> Result<()> {
    let sign_in = office.begin(target, None).await?;
    let page = sign_in.prompt().url.clone();
    let waiting = tokio::spawn(sign_in.finish());
    IdentityCenter::open_page(&page).await?;
    Ok(waiting.await??)
}

#[tokio::test]
async fn botocore_gets_credentials_and_renews_with_the_token_that_we_stored() -> Result<()> {
    let office = Office::open().await?;
    let credentials = |profile: &str| {
        format!(
            "import botocore.session\n\
             session = botocore.session.Session(profile='{profile}')\n\
             print(session.get_credentials().get_frozen_credentials().access_key)\n"
        )
    };
    for profile in ["work", "old"] {
        sign_in(&office, SsoTarget::Profile(profile.to_owned())).await?;
        ensure!(botocore(&office, &credentials(profile)).await?.trim() == KEY.0, "{profile}");
    }

    // One that is about to end is renewed by botocore, and what it wrote is good for us.
    office.center.token_lasts(Duration::from_secs(60));
    sign_in(&office, work()).await?;
    let ours = office.token()?;
    office.center.token_lasts(Duration::from_secs(8 * 3600));
    botocore(&office, &credentials("work")).await?;
    let theirs = office.token()?;
    ensure!(theirs["accessToken"] != ours["accessToken"], "nothing was renewed");
    let kept = |token: &Value| {
        let mut names: Vec<String> =
            token.as_object().map(|parts| parts.keys().cloned().collect()).unwrap_or_default();
        names.sort();
        names
    };
    ensure!(kept(&theirs) == kept(&ours), "{:?} {:?}", kept(&theirs), kept(&ours));
    let roles =
        SsoPortal::open(&work(), &office.environment()).await?.roles("111122223333").await?;
    ensure!(roles == ["ImagePusher", "ReadOnly"], "{roles:?}");
    Ok(())
}

#[tokio::test]
async fn we_use_and_renew_a_token_that_botocore_stored() -> Result<()> {
    let office = Office::open().await?;
    sign_in(&office, work()).await?;
    let token = office.token()?;
    std::fs::remove_dir_all(office.home.path().join(".aws/sso"))?;
    // As `aws sso login` writes it, with an end that is near.
    let script = format!(
        "import datetime, json\n\
         from botocore.utils import JSONFileCache, SSOTokenLoader\n\
         from botocore.tokens import SSOTokenProvider, _sso_json_dumps\n\
         token = json.loads('''{token}''')\n\
         token['expiresAt'] = datetime.datetime.utcnow() + datetime.timedelta(seconds=90)\n\
         cache = JSONFileCache(SSOTokenProvider._SSO_TOKEN_CACHE_DIR, dumps_func=_sso_json_dumps)\n\
         SSOTokenLoader(cache).save_token(token['startUrl'], token, session_name='corp')\n"
    );
    botocore(&office, &script).await?;
    let theirs = office.token().context("botocore keeps it elsewhere")?;
    let portal = SsoPortal::open(&work(), &office.environment()).await?;
    let accounts = portal.accounts().await?;
    let names: Vec<_> = accounts.iter().filter_map(|account| account.name.as_deref()).collect();
    ensure!(names == ["Team Dev", "Team Prod"], "{names:?}");
    let renewed = office.token()?;
    ensure!(renewed["accessToken"] != theirs["accessToken"], "nothing was renewed");
    ensure!(renewed["clientId"] == theirs["clientId"] && renewed["refreshToken"].is_string());
    Ok(())
}
