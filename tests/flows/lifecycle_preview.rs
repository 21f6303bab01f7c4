//! Lifecycle policies of a repository, from the preview to the policy, with the practice ECR.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use transload_contract::LifecyclePreviewState;
use transload_errors::ErrorCode;
use transload_tests::ecr::PROFILE;
use transload_tests::headless_app::api_error;
use transload_tests::images::{Image, Recipe};
use transload_tests::wait::wait_until;

use crate::explorer::{NAME, Shop, aws};

/// A policy that deletes untagged images after a number of days.
fn policy_json(days: u32) -> Value {
    json!({ "rules": [{
        "rulePriority": 1,
        "description": "untagged images",
        "selection": {
            "tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": days,
        },
        "action": { "type": "expire" },
    }] })
}

/// Its text with line breaks, which ECR removes.
fn policy(days: u32) -> String {
    format!("{:#}", policy_json(days))
}

/// An image that lost its tag, 30 days old, beside the one that has it.
async fn shop_with_untagged_image() -> Result<(Shop, Image)> {
    let shop = Shop::open().await?;
    let old = Recipe::small(3).build()?;
    shop.repository.push(&old, "latest").await?;
    shop.repository.push(&Recipe::small(4).build()?, "latest").await?;
    shop.practice()?.set_image_age(NAME, &old.manifest.digest, 30, None).await?;
    Ok((shop, old))
}

#[tokio::test]
async fn a_policy_is_previewed_by_ecr_before_it_is_set() -> Result<()> {
    let (shop, old) = shop_with_untagged_image().await?;
    let (api, connection, name) = (&shop.app.api, || shop.ecr.connection(), || NAME.to_owned());
    let what_if =
        api.lifecycle_what_if(connection(), name(), policy(14)).await.map_err(api_error)?;
    assert_eq!((what_if.affected.len(), what_if.kept), (1, 1));
    assert_eq!(what_if.affected[0].digest, old.manifest.digest);
    assert_eq!(what_if.rules[0].words, "Delete untagged images 14 days after they were pushed.");
    let refused = api.lifecycle_what_if(connection(), name(), "{}".to_owned()).await;
    assert!(refused.map_err(api_error)?.problem.is_some());

    let set = async |text: String, expiring| {
        api.lifecycle_policy_set(connection(), name(), text, expiring, 0).await
    };
    let unseen = set(policy(14), 1).await.err().context("not previewed")?;
    assert_eq!(unseen.code, ErrorCode::LifecyclePreviewNeeded);
    let state = api.lifecycle_preview_start(connection(), name(), policy(14)).await;
    assert_eq!(state.map_err(api_error)?, LifecyclePreviewState::Running);
    let other = api.lifecycle_preview_start(connection(), name(), policy(15)).await;
    assert_eq!(other.map_err(api_error)?, LifecyclePreviewState::OtherRunning);
    let complete = wait_until(Duration::from_secs(30), "the preview", async || {
        let state = api.lifecycle_preview(connection(), name(), policy(14)).await;
        state.ok().filter(|state| matches!(state, LifecyclePreviewState::Complete { .. }))
    })
    .await?;
    let LifecyclePreviewState::Complete { expiring, archiving, images, .. } = complete else {
        bail!("complete")
    };
    assert_eq!((expiring, archiving, images.len()), (1, 0, 1));
    // One changed character, or another number, is not what was previewed.
    for (text, expiring) in [(policy(15), 1), (policy(14), 2)] {
        let error = set(text, expiring).await.err().context("another policy")?;
        assert_eq!(error.code, ErrorCode::LifecyclePreviewNeeded);
    }
    set(policy(14), 1).await.map_err(api_error)?;
    let known = aws(&shop.ecr, &["get-lifecycle-policy", "--repository-name", NAME]).await?;
    assert_eq!(known["lifecyclePolicyText"], policy_json(14).to_string());
    assert_eq!(shop.details().await?.lifecycle.last_evaluated_at_ms, None, "it never ran");
    shop.practice()?.run_lifecycle_policies().await?;
    let details = shop.details().await?;
    assert!(details.lifecycle.last_evaluated_at_ms.is_some());
    assert_eq!(details.images.len(), 1);
    api.lifecycle_policy_remove(connection(), name()).await.map_err(api_error)?;
    assert_eq!(shop.details().await?.lifecycle.policy, None);
    Ok(())
}

/// A preview of another text never shows its images as those of this one, while it runs and after it.
#[tokio::test]
async fn the_preview_of_somebody_else_is_waited_for_and_not_shown() -> Result<()> {
    let (shop, _) = shop_with_untagged_image().await?;
    let (api, connection, name) = (&shop.app.api, || shop.ecr.connection(), || NAME.to_owned());
    let (own, theirs) = (policy(60), policy(14));
    let start = ["start-lifecycle-policy-preview", "--repository-name", NAME];
    aws(&shop.ecr, &[&start[..], &["--lifecycle-policy-text", &theirs]].concat()).await?;
    let started = api.lifecycle_preview_start(connection(), name(), own.clone()).await;
    assert_eq!(started.map_err(api_error)?, LifecyclePreviewState::OtherRunning);
    let state_of =
        async |text: &str| api.lifecycle_preview(connection(), name(), text.to_owned()).await;
    let mut seen = Vec::new();
    wait_until(Duration::from_secs(30), "their preview", async || {
        seen.push(state_of(&own).await.ok()?);
        seen.last().filter(|state| **state != LifecyclePreviewState::OtherRunning)?;
        Some(())
    })
    .await?;
    assert_eq!(seen.last(), Some(&LifecyclePreviewState::None), "{seen:?}");
    let LifecyclePreviewState::Complete { expiring: 1, .. } =
        state_of(&theirs).await.map_err(api_error)?
    else {
        bail!("their preview is complete")
    };
    let started = api.lifecycle_preview_start(connection(), name(), own.clone()).await;
    assert_eq!(started.map_err(api_error)?, LifecyclePreviewState::Running);
    let complete = wait_until(Duration::from_secs(30), "the preview", async || {
        let state = state_of(&own).await.ok()?;
        Some(state).filter(|state| matches!(state, LifecyclePreviewState::Complete { .. }))
    });
    let LifecyclePreviewState::Complete { expiring: 0, .. } = complete.await? else {
        bail!("nothing goes after 60 days")
    };
    Ok(())
}

#[tokio::test]
async fn what_ecr_would_refuse_is_refused_before_a_call() -> Result<()> {
    let shop = Shop::open().await?;
    let (api, connection, name) = (&shop.app.api, || shop.ecr.connection(), || NAME.to_owned());
    shop.calls()?;
    for text in ["", "{}", &policy(14).replace("untagged images", "x")[..99], &policy(0)] {
        let preview = api.lifecycle_preview_start(connection(), name(), text.to_owned()).await;
        let set = api.lifecycle_policy_set(connection(), name(), text.to_owned(), 0, 0).await;
        for refused in [preview.err(), set.err()] {
            assert_eq!(refused.context("refused")?.code, ErrorCode::InputInvalid, "{text}");
        }
    }
    assert_eq!(shop.calls()?, []);
    Ok(())
}

#[tokio::test]
async fn the_command_line_previews_a_policy() -> Result<()> {
    let (shop, old) = shop_with_untagged_image().await?;
    let home = shop.ecr.home()?;
    let run = async |days: u32| {
        let file = home.path().join(format!("{days}.json"));
        std::fs::write(&file, policy(days))?;
        let preview = ["lifecycle", "preview", NAME, "--json", "--aws-profile", PROFILE, "--file"];
        let file = file.to_str().context("a path")?;
        home.transload_cli(preview.into_iter().chain([file]))?.finish().await
    };
    let removing = run(14).await?;
    assert_eq!(removing.status.code(), Some(5), "{}", removing.stderr);
    let state: Value = serde_json::from_str(&removing.text())?;
    assert_eq!((&state["kind"], &state["expiring"]), (&json!("complete"), &json!(1)));
    assert_eq!(state["images"][0]["digest"], old.manifest.digest.as_str());
    let keeping = run(60).await?;
    assert_eq!(keeping.status.code(), Some(0), "{}", keeping.stderr);
    Ok(())
}
