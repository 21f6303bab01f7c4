//! A whole Docker Hub account: its namespaces, private repositories, and many pages.

use std::collections::HashSet;

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use transload_contract::{
    AwsConnection, ConflictChoice, ConflictResolution, ImageSource, MigrationOutcome,
    MigrationPlan, MigrationRequest, PlannedAction, Selection, SourceRepository, TagRules,
};
use transload_errors::ErrorCode;
use transload_tests::aws_home::AwsHome;
use transload_tests::headless_app::{HeadlessApp, api_error, request};

fn practice_account(namespace: &str) -> ImageSource {
    let namespace = Some(namespace.to_owned()).filter(|namespace| !namespace.is_empty());
    ImageSource::PracticeAccount { namespace }
}

/// Lists all repositories page by page, and counts the pages.
async fn all(app: &HeadlessApp, source: &ImageSource) -> Result<(Vec<SourceRepository>, usize)> {
    let (mut repositories, mut next, mut pages) = (Vec::new(), None, 0);
    loop {
        let page = app.api.source_repositories(source.clone(), next).await.map_err(api_error)?;
        repositories.extend(page.repositories);
        pages += 1;
        ensure!(page.total.is_some_and(|total| total >= repositories.len() as u64));
        next = page.next;
        if next.is_none() {
            return Ok((repositories, pages));
        }
    }
}

#[tokio::test]
async fn after_sign_in_organizations_and_private_repositories_can_be_migrated() -> Result<()> {
    let app = HeadlessApp::new(AwsHome::new()?, None)?;
    let practice = app.api.practice_start().await.map_err(api_error)?;
    let own = practice_account("");
    let nobody = app.api.source_namespaces(own.clone()).await.map_err(api_error)?;
    assert_eq!(nobody.namespaces, [""; 0]);
    let both = practice_account("dencold, acme");
    let (public, _) = all(&app, &both).await?;
    ensure!(public.iter().all(|repository| repository.private == Some(false)));

    let login = (practice.hub_account.as_str(), practice.hub_access_token.as_str());
    app.sign_in(&own, Some(login)).await?;
    let mine = app.api.source_namespaces(own.clone()).await.map_err(api_error)?;
    assert_eq!(
        (mine.namespaces, mine.organizations_reported),
        (vec!["dencold".to_owned(), "acme".to_owned()], true)
    );
    let (seen, _) = all(&app, &both).await?;
    let private: Vec<_> =
        seen.iter().filter(|it| it.private == Some(true)).map(|it| it.name.as_str()).collect();
    assert_eq!(private, ["dencold/billing-api", "acme/ledger"]);
    assert_eq!(seen.len(), public.len() + private.len());

    let rules = TagRules { newest: Some(1), ..TagRules::default() };
    let selection = Selection { repositories: Vec::new(), rules };
    let chosen = app
        .api
        .source_choose_with_progress(both.clone(), selection, |_| {})
        .await
        .map_err(api_error)?;
    assert_eq!(chosen.images.len(), seen.len());
    let named: Vec<_> = chosen
        .images
        .iter()
        .map(|image| (image.repository.as_str(), image.tag.as_str(), image.repository.as_str()))
        .collect();
    let migration_request = request(&AwsConnection::Practice, &both, &named);
    let migrated = app.migrate(migration_request).await?;
    assert_eq!(migrated.report.outcome, MigrationOutcome::Succeeded);
    ensure!(migrated.report.repositories_created.contains(&"acme/ledger".to_owned()));

    // Without the login, private repositories are not listed.
    app.api.source_logout(own).await.map_err(api_error)?;
    assert_eq!(all(&app, &both).await?.0.len(), public.len());
    Ok(())
}

#[tokio::test]
async fn an_organization_can_sign_in_and_list_other_namespaces() -> Result<()> {
    let app = HeadlessApp::new(AwsHome::new()?, None)?;
    app.api.practice_start().await.map_err(api_error)?;
    let source = practice_account("acme");
    let token = "practice-hub-organization-token";
    app.sign_in(&source, Some(("acme", token))).await?;
    let mine = app.api.source_namespaces(source.clone()).await.map_err(api_error)?;
    assert_eq!((mine.namespaces, mine.organizations_reported), (vec!["acme".to_owned()], false));
    let (seen, _) = all(&app, &source).await?;
    ensure!(seen.iter().any(|repository| repository.name == "acme/ledger"));
    let other = practice_account("ada");
    assert_eq!(all(&app, &other).await?.0.len(), 1, "its public one");
    let missing = app.api.source_repositories(practice_account("nobody"), None).await;
    let missing = missing.err().context("there is no such namespace")?;
    assert_eq!(
        (missing.code, missing.subject.as_deref()),
        (ErrorCode::ImageMissing, Some("nobody"))
    );
    Ok(())
}

/// Like containers/image for a pull: the login of the namespace takes precedence over the one of the
/// registry.
#[tokio::test]
async fn a_login_stored_for_a_namespace_applies_only_to_that_namespace() -> Result<()> {
    let app = HeadlessApp::new(AwsHome::new()?, None)?;
    let practice = app.api.practice_start().await.map_err(api_error)?;
    let migration_request = request(
        &AwsConnection::Practice,
        &practice_account(""),
        &[("dencold/pgcli", "latest", "pgcli")],
    );
    let planned = app.plan(migration_request).await?;
    let host = planned.images[0].source.split('/').next().context("a host")?.to_owned();
    let user_login = format!("{}:{}", practice.hub_account, practice.hub_access_token);
    let organization_login = "acme:practice-hub-organization-token";
    let folder = app.home().join(".docker");
    std::fs::create_dir_all(&folder)?;
    let both = practice_account("dencold, acme");
    for (what, logins, private) in [
        ("of the namespace", vec![("/acme", organization_login)], vec!["acme/ledger"]),
        (
            "of the registry",
            vec![("", user_login.as_str())],
            vec!["dencold/billing-api", "acme/ledger"],
        ),
        (
            "a wrong one of the namespace",
            vec![("", user_login.as_str()), ("/acme", "acme:wrong")],
            vec!["dencold/billing-api"],
        ),
        // Docker uses only the host of a key, whatever path follows.
        ("of one repository", vec![("/acme/ledger", organization_login)], vec!["acme/ledger"]),
    ] {
        let entry = |(path, login): &(&str, &str)| {
            let auth = base64::engine::general_purpose::STANDARD.encode(login);
            (format!("{host}{path}"), serde_json::json!({ "auth": auth }))
        };
        let auths: serde_json::Map<_, _> = logins.iter().map(entry).collect();
        let text = serde_json::json!({ "auths": auths }).to_string();
        std::fs::write(folder.join("config.json"), text)?;
        let (seen, _) = all(&app, &both).await?;
        let seen: Vec<_> =
            seen.iter().filter(|it| it.private == Some(true)).map(|it| it.name.as_str()).collect();
        assert_eq!(seen, private, "{what}");
    }
    let tags = app.api.source_tags(both, "acme/ledger".to_owned(), None);
    ensure!(!tags.await.map_err(api_error)?.tags.is_empty(), "the login of the repository");
    let text =
        serde_json::json!({ "auths": { format!("{host}/acme"): { "auth": "YWNtZTpwdw==" } } });
    std::fs::write(folder.join("config.json"), text.to_string())?;
    let status = app.api.source_login_status(practice_account("acme")).await.map_err(api_error)?;
    assert_eq!(status.username.as_deref(), Some("acme"));
    let status = app.api.source_login_status(practice_account("ada")).await.map_err(api_error)?;
    // In Docker's file, a key applies to its host, whatever path follows.
    assert_eq!(status.username.as_deref(), Some("acme"));
    Ok(())
}

#[tokio::test]
async fn hundreds_of_repositories_and_thousands_of_tags_are_listed_in_pages() -> Result<()> {
    let app = HeadlessApp::new(AwsHome::new()?, None)?;
    app.api.practice_large_set(true);
    let practice = app.api.practice_start().await.map_err(api_error)?;
    assert_eq!(practice.hub_organizations, ["acme", "warehouse"]);
    let login = (practice.hub_account.as_str(), practice.hub_access_token.as_str());
    let source = practice_account("acme, warehouse, dencold");
    app.sign_in(&source, Some(login)).await?;
    let (repositories, pages) = all(&app, &source).await?;
    let names: HashSet<_> = repositories.iter().map(|repository| &repository.name).collect();
    assert_eq!((names.len(), repositories.len(), pages), (308, 308, 4));

    let (mut tags, mut next) = (HashSet::new(), None);
    loop {
        let page = app.api.source_tags(source.clone(), "warehouse/builds".to_owned(), next);
        let page = page.await.map_err(api_error)?;
        assert_eq!(page.total, Some(10_000));
        tags.extend(page.tags.into_iter().map(|tag| tag.tag));
        next = page.next;
        // A tenth is enough to show that there are more pages and that they do not overlap.
        if next.is_none() || tags.len() == 1000 {
            break;
        }
    }
    assert_eq!(tags.len(), 1000);

    let migration_request = request(
        &AwsConnection::Practice,
        &source,
        &[("warehouse/builds", "build-00042", "builds"), ("warehouse/service-009", "1.3", "nine")],
    );
    let migrated = app.migrate(migration_request).await?;
    assert_eq!(migrated.report.outcome, MigrationOutcome::Succeeded);
    assert_eq!(migrated.plan.images[0].platforms.len(), 5);
    Ok(())
}

#[tokio::test]
async fn a_tag_moved_in_practice_is_copied_when_the_migration_runs_again() -> Result<()> {
    let app = HeadlessApp::new(AwsHome::new()?, None)?;
    let source = practice_account("");
    let migration_request =
        request(&AwsConnection::Practice, &source, &[("dencold/pgcli", "latest", "pgcli")]);
    let first = app.migrate(migration_request.clone()).await?;
    let again = app.plan(migration_request.clone()).await?;
    assert_eq!(again.totals.images_unchanged, 1);
    assert_eq!((again.images[0].size_bytes, again.images[0].existing), (None, None));

    let move_tag = |repository: &str, tag: &str, to: &str| {
        app.api.practice_tag_move(repository.to_owned(), tag.to_owned(), to.to_owned())
    };
    for (repository, tag, to, code, says) in [
        ("dencold/none", "latest", "4.1.0", ErrorCode::ImageMissing, "no repository dencold/none"),
        ("pgcli", "latest", "4.1.0", ErrorCode::ImageMissing, "no repository pgcli"),
        ("dencold/pgcli", "none", "4.1.0", ErrorCode::ImageMissing, "no tag none"),
        ("dencold/pgcli", "latest", "", ErrorCode::ImageMissing, "no tag"),
        ("dencold/pgcli", "latest", "4.2.0", ErrorCode::InputInvalid, "same image"),
        ("warehouse/builds", "build-00042", "build-00043", ErrorCode::InputInvalid, "generated"),
    ] {
        let refused = move_tag(repository, tag, to).await.err().context("it is refused")?;
        assert_eq!(refused.code, code, "{refused:?}");
        ensure!(
            refused.message.contains(says) && refused.next_steps().next().is_some(),
            "{refused:?}"
        );
    }

    move_tag("dencold/pgcli", "latest", "4.1.0").await.map_err(api_error)?;
    let moved = app.plan(migration_request.clone()).await?;
    let conflict = PlannedAction::Conflict { overwrite_allowed: true };
    assert_eq!((moved.ready, &moved.images[0].action), (false, &conflict));
    let existing = moved.images[0].existing.context("what ECR has under the tag")?;
    ensure!(existing.pushed_at_ms.is_some_and(|pushed| pushed > 0), "{existing:?}");
    ensure!(existing.size_bytes.is_some_and(|bytes| bytes > 0), "{existing:?}");
    let (image, resolution) = (migration_request.images[0].clone(), ConflictResolution::Overwrite);
    let choices = vec![ConflictChoice { image, resolution }];
    let second = app.migrate(MigrationRequest { choices, ..migration_request }).await?;
    assert_eq!(second.report.outcome, MigrationOutcome::Succeeded);

    let digest = |plan: &MigrationPlan| plan.images[0].source_digest.clone();
    assert_ne!(digest(&second.plan), digest(&first.plan));
    assert_eq!(second.plan.images[0].destination_digest, digest(&first.plan));
    let old = request(&AwsConnection::Practice, &source, &[("dencold/pgcli", "4.1.0", "old")]);
    assert_eq!(digest(&second.plan), digest(&app.plan(old).await?));
    Ok(())
}
