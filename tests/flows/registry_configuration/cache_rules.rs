//! Pull through cache rules on the practice ECR: created, changed, deleted and refused.

use anyhow::{Context, Result};
use transload_contract::{
    RegistryCacheRule, RegistryChange, RegistryConfiguration, UpstreamRegistry,
};
use transload_errors::ErrorCode;
use transload_tests::ecr::Ecr;
use transload_tests::headless_app::{HeadlessApp, api_error};

use crate::explorer::aws;

/// A change of the configuration as it is, and what it sets.
pub(super) type Case =
    (fn(&RegistryConfiguration) -> RegistryChange, fn(&mut RegistryConfiguration));

const SECRET: &str =
    "arn:aws:secretsmanager:eu-central-1:111122223333:secret:ecr-pullthroughcache/hub-a1B2c3";

pub(super) const ROLE: &str = "arn:aws:iam::111122223333:role/ci";

const UPSTREAM: &str = "444455556666.dkr.ecr.us-east-1.amazonaws.com";

fn hub_rule() -> RegistryCacheRule {
    RegistryCacheRule {
        prefix: "hub".to_owned(),
        registry: Some(UpstreamRegistry::DockerHub.into()),
        upstream: "registry-1.docker.io".to_owned(),
        upstream_prefix: None,
        secret: Some(SECRET.to_owned()),
        role: None,
        created_at_ms: None,
    }
}

fn team_rule() -> RegistryCacheRule {
    RegistryCacheRule {
        prefix: "team".to_owned(),
        registry: Some(UpstreamRegistry::Ecr.into()),
        upstream: UPSTREAM.to_owned(),
        upstream_prefix: Some("shop".to_owned()),
        secret: None,
        role: Some(ROLE.to_owned()),
        ..hub_rule()
    }
}

fn rule_of(known: &RegistryConfiguration) -> RegistryCacheRule {
    known.cache_rules.iter().flatten().next().cloned().unwrap_or_else(hub_rule)
}

/// Makes a setting invalid, and a word of the error.
pub(super) type InvalidCase<T> = (fn(&mut T), &'static str);

pub(super) fn cases() -> [Case; 4] {
    [
        (
            |_| RegistryChange::CacheRuleCreate { rule: hub_rule() },
            |known| known.cache_rules = Some(vec![hub_rule()]),
        ),
        (
            |known| RegistryChange::CacheRuleLogin {
                before: rule_of(known),
                secret: Some(format!("{SECRET}9")),
                role: None,
            },
            |known| {
                let rule = RegistryCacheRule { secret: Some(format!("{SECRET}9")), ..hub_rule() };
                known.cache_rules = Some(vec![rule]);
            },
        ),
        (
            |known| RegistryChange::CacheRuleDelete { before: rule_of(known) },
            |known| known.cache_rules = Some(Vec::new()),
        ),
        (
            |_| RegistryChange::CacheRuleCreate { rule: team_rule() },
            |known| known.cache_rules = Some(vec![team_rule()]),
        ),
    ]
}

#[tokio::test]
async fn a_rule_that_someone_else_changed_stays() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let app = HeadlessApp::new(ecr.home()?, None)?;
    let change = async |change| app.api.registry_change(ecr.connection(), change).await;
    change(RegistryChange::CacheRuleCreate { rule: hub_rule() }).await.map_err(api_error)?;
    let seen = app.api.registry_configuration(ecr.connection()).await.map_err(api_error)?;
    let rule = rule_of(&seen);
    let other = format!("{SECRET}7");
    let prefix = ["--ecr-repository-prefix", "hub"];
    let update =
        ["update-pull-through-cache-rule", prefix[0], prefix[1], "--credential-arn", &other];
    aws(&ecr, &update).await?;
    let now = app.api.registry_configuration(ecr.connection()).await.map_err(api_error)?;
    let outdated = [
        RegistryChange::CacheRuleLogin {
            before: rule.clone(),
            secret: Some(SECRET.to_owned()),
            role: None,
        },
        RegistryChange::CacheRuleDelete { before: rule.clone() },
    ];
    for one in outdated {
        let error = change(one.clone()).await.err().context("it was changed")?;
        assert_eq!(error.code, ErrorCode::RegistrySettingChanged, "{one:?}: {}", error.message);
    }
    let still = app.api.registry_configuration(ecr.connection()).await.map_err(api_error)?;
    assert_eq!(still, now);
    aws(&ecr, &["delete-pull-through-cache-rule", prefix[0], prefix[1]]).await?;
    let error = change(RegistryChange::CacheRuleDelete { before: rule }).await.err();
    let error = error.context("it was deleted")?;
    assert_eq!(error.message, "The pull through cache rule hub was deleted after it was shown.");
    Ok(())
}

/// A change is refused as invalid input, with this word in the error.
pub(super) async fn assert_invalid(
    app: &HeadlessApp,
    ecr: &Ecr,
    change: RegistryChange,
    word: &str,
) -> Result<()> {
    let refused = app.api.registry_change(ecr.connection(), change.clone()).await;
    let error = refused.err().with_context(|| format!("{change:?} was made"))?;
    assert_eq!(error.code, ErrorCode::InputInvalid, "{change:?}");
    assert!(error.message.contains(word), "{word}: {}", error.message);
    Ok(())
}

/// What ECR would refuse is refused before a call, and what it does refuse is said in words with the next step.
#[tokio::test]
async fn refused_rules_say_why() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let app = HeadlessApp::new(ecr.home()?, None)?;
    let cases: [InvalidCase<RegistryCacheRule>; 4] = [
        (|rule| rule.prefix = "h".to_owned(), "prefix"),
        (|rule| rule.secret = None, "secret"),
        (|rule| rule.secret = Some(SECRET.replace("hub-", "missing-")), "secret"),
        (|rule| rule.registry = Some(UpstreamRegistry::Azure.into()), "host"),
    ];
    for (change, word) in cases {
        let mut rule = hub_rule();
        change(&mut rule);
        assert_invalid(&app, &ecr, RegistryChange::CacheRuleCreate { rule }, word).await?;
    }
    let create = || RegistryChange::CacheRuleCreate { rule: hub_rule() };
    app.api.registry_change(ecr.connection(), create()).await.map_err(api_error)?;
    let twice = app.api.registry_change(ecr.connection(), create()).await.err().context("twice")?;
    assert!(twice.message.contains("already exists"), "{}", twice.message);
    assert_eq!(
        twice.next_steps().next(),
        Some("Enter another prefix, or change the one that exists.")
    );
    Ok(())
}
