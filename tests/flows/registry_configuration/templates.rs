//! Repository creation templates on the practice ECR: created, changed, deleted and refused.

use anyhow::{Context, Result};
use transload_contract::{
    Encryption, LifecyclePreset, RegistryChange, RegistryConfiguration, RegistryTemplate,
    TagMutability, TemplateUse,
};
use transload_errors::ErrorCode;
use transload_tests::ecr::Ecr;
use transload_tests::headless_app::{HeadlessApp, api_error};

use super::cache_rules::{Case, InvalidCase, ROLE, assert_invalid};
use crate::explorer::aws;

fn template() -> RegistryTemplate {
    RegistryTemplate {
        prefix: "team".to_owned(),
        description: Some("ours".to_owned()),
        applied_for: vec![TemplateUse::CreateOnPush.into()],
        tag_mutability: TagMutability::ImmutableWithExclusion.into(),
        exclusion_filters: vec!["latest".to_owned()],
        encryption: Encryption::Aes256.into(),
        tags: [("team".to_owned(), "ours".to_owned())].into(),
        lifecycle_policy: LifecyclePreset::KeepNewest { count: 3 }.policy_text(),
        repository_policy: None,
        role: Some(ROLE.to_owned()),
    }
}

fn plain_template() -> RegistryTemplate {
    RegistryTemplate {
        description: None,
        applied_for: vec![TemplateUse::Replication.into(), TemplateUse::PullThroughCache.into()],
        tag_mutability: TagMutability::Mutable.into(),
        exclusion_filters: Vec::new(),
        tags: Default::default(),
        lifecycle_policy: None,
        role: None,
        ..template()
    }
}

fn template_of(known: &RegistryConfiguration) -> Box<RegistryTemplate> {
    Box::new(known.templates.iter().flatten().next().cloned().unwrap_or_else(template))
}

pub(super) fn cases() -> [Case; 3] {
    [
        (
            |_| RegistryChange::TemplateCreate { template: template() },
            |known| known.templates = Some(vec![template()]),
        ),
        (
            |known| RegistryChange::TemplateChange {
                before: template_of(known),
                template: plain_template(),
            },
            |known| known.templates = Some(vec![plain_template()]),
        ),
        (
            |known| RegistryChange::TemplateDelete { before: template_of(known) },
            |known| known.templates = Some(Vec::new()),
        ),
    ]
}

#[tokio::test]
async fn a_template_that_someone_else_changed_stays() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let app = HeadlessApp::new(ecr.home()?, None)?;
    let change = async |change| app.api.registry_change(ecr.connection(), change).await;
    change(RegistryChange::TemplateCreate { template: template() }).await.map_err(api_error)?;
    let seen = app.api.registry_configuration(ecr.connection()).await.map_err(api_error)?;
    let before = template_of(&seen);
    let update =
        ["update-repository-creation-template", "--prefix", "team", "--description", "theirs"];
    aws(&ecr, &update).await?;
    let now = app.api.registry_configuration(ecr.connection()).await.map_err(api_error)?;
    let outdated = [
        RegistryChange::TemplateChange { before: before.clone(), template: plain_template() },
        RegistryChange::TemplateDelete { before },
    ];
    for one in outdated {
        let error = change(one.clone()).await.err().context("it was changed")?;
        assert_eq!(error.code, ErrorCode::RegistrySettingChanged, "{one:?}: {}", error.message);
    }
    let still = app.api.registry_configuration(ecr.connection()).await.map_err(api_error)?;
    assert_eq!(still, now);
    Ok(())
}

/// What ECR would refuse is refused before a call, in words.
#[tokio::test]
async fn refused_templates_say_why() -> Result<()> {
    let ecr = Ecr::practice().await?;
    let app = HeadlessApp::new(ecr.home()?, None)?;
    let cases: [InvalidCase<RegistryTemplate>; 4] = [
        (|template| template.applied_for.clear(), "use"),
        (|template| template.role = None, "role"),
        (|template| template.lifecycle_policy = Some("{}".to_owned()), "lifecycle policy"),
        (|template| template.exclusion_filters.clear(), "patterns"),
    ];
    for (change, word) in cases {
        let mut template = template();
        change(&mut template);
        assert_invalid(&app, &ecr, RegistryChange::TemplateCreate { template }, word).await?;
    }
    Ok(())
}
