//! The policy of a repository on the practice ECR: in words, set and removed, and what is refused. The AWS CLI reads and
//! writes it as another person.

use anyhow::{Context, Result};
use serde_json::{Value, json};
use transload_contract::Exposure;
use transload_errors::{ApiError, ErrorCode};
use transload_practice::{FaultAction, FaultRule};
use transload_tests::botocore::Botocore;
use transload_tests::headless_app::api_error;

use crate::explorer::{NAME, Shop, aws};

/// Lets this principal pull.
fn policy(principal: &Value) -> String {
    json!({ "Version": "2012-10-17", "Statement": [{
        "Sid": "Pull", "Effect": "Allow", "Principal": principal,
        "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
    }] })
    .to_string()
}

fn account() -> String {
    policy(&json!({ "AWS": "444455556666" }))
}

async fn set(shop: &Shop, before: Option<String>, text: &str) -> Result<(), ApiError> {
    let (connection, name) = (shop.ecr.connection(), NAME.to_owned());
    shop.app.api.repository_policy_set(connection, name, before, text.to_owned()).await
}

#[tokio::test]
async fn a_policy_is_shown_in_words_set_and_removed() -> Result<()> {
    let shop = Shop::open().await?;
    let (api, connection, name) = (&shop.app.api, || shop.ecr.connection(), || NAME.to_owned());
    let access = async || api.repository_access(connection(), name()).await.map_err(api_error);
    let none = access().await?;
    assert_eq!((none.policy, none.words.statements.len()), (None, 0));

    set(&shop, None, &account()).await.map_err(api_error)?;
    let stored = aws(&shop.ecr, &["get-repository-policy", "--repository-name", NAME]).await?;
    assert_eq!(stored["policyText"], account());
    let shown = access().await?;
    assert_eq!(shown.policy, Some(account()));
    let statement = &shown.words.statements[0];
    assert_eq!(statement.sentence, "Allow account 444455556666 to pull images.");
    assert_eq!(statement.name.as_deref(), Some("Pull"));
    assert_eq!(statement.who[0].exposure, Exposure::OtherAccount);
    let own = policy(&json!({ "AWS": "arn:aws:iam::111122223333:root" }));
    let words = api.repository_access_words(connection(), own).await.map_err(api_error)?;
    assert_eq!(words.statements[0].sentence, "Allow this account to pull images.");

    let removed = api.repository_policy_remove(connection(), name(), account()).await;
    removed.map_err(api_error)?;
    assert_eq!(access().await?.policy, None);
    Ok(())
}

/// botocore, which boto3 is made of, reads every member that the service model of ECR has, and the errors by their code.
#[tokio::test]
async fn botocore_reads_sets_and_deletes_a_policy() -> Result<()> {
    let shop = Shop::open().await?;
    let botocore = Botocore::start(&shop.ecr.api_url(), shop.ecr.region(), shop.ecr.key())?;
    let call = async |operation: &str, more: Value| {
        let mut parameters = json!({"repositoryName": NAME});
        if let (Some(all), Value::Object(more)) = (parameters.as_object_mut(), more) {
            all.extend(more);
        }
        botocore.call(operation, parameters, &["RepositoryPolicyNotFoundException"]).await
    };
    let answer = |text: &str| json!({"registryId": "111122223333", "repositoryName": NAME, "policyText": text});
    let without_metadata = |mut answer: Value| {
        answer.as_object_mut().map(|all| all.remove("ResponseMetadata"));
        answer
    };
    assert_eq!(call("GetRepositoryPolicy", json!({})).await?, None);
    assert_eq!(call("DeleteRepositoryPolicy", json!({})).await?, None);
    let denies = account().replace("Allow", "Deny").replace("\"444455556666\"", "\"*\"");
    let locks_out = denies.replace("ecr:BatchGetImage", "ecr:*");
    for (text, force) in [(account(), false), (locks_out.clone(), true)] {
        let put = call("SetRepositoryPolicy", json!({"policyText": text, "force": force})).await?;
        assert_eq!(put.map(without_metadata), Some(answer(&text)));
        let read = call("GetRepositoryPolicy", json!({})).await?;
        assert_eq!(read.map(without_metadata), Some(answer(&text)));
    }
    let refused = call("SetRepositoryPolicy", json!({"policyText": locks_out})).await;
    let refused = refused.err().context("a policy that locks out")?.to_string();
    assert!(refused.contains("InvalidParameterException"), "{refused}");
    let removed = call("DeleteRepositoryPolicy", json!({})).await?;
    assert_eq!(removed.map(without_metadata), Some(answer(&locks_out)));
    assert_eq!(call("GetRepositoryPolicy", json!({})).await?, None);
    for operation in ["GetRepositoryPolicy", "DeleteRepositoryPolicy"] {
        let missing = botocore.call(operation, json!({"repositoryName": "shop/none"}), &[]).await;
        let missing = missing.err().context("no repository")?.to_string();
        assert!(missing.contains("RepositoryNotFoundException"), "{missing}");
    }
    Ok(())
}

#[tokio::test]
async fn a_policy_that_somebody_else_changed_is_kept() -> Result<()> {
    let shop = Shop::open().await?;
    let (api, connection, name) = (&shop.app.api, || shop.ecr.connection(), || NAME.to_owned());
    let theirs = policy(&json!("*"));
    let put = ["set-repository-policy", "--repository-name", NAME, "--policy-text", &theirs];
    aws(&shop.ecr, &put).await?;
    let other = Some(account());
    for (before, text) in [(None, account()), (other, account())] {
        let error = set(&shop, before, &text).await.err().context("changed")?;
        assert_eq!(error.code, ErrorCode::RepositoryPolicyChanged);
        assert_eq!(error.subject.as_deref(), Some(NAME));
    }
    let removed = api.repository_policy_remove(connection(), name(), account()).await;
    assert_eq!(removed.err().context("changed")?.code, ErrorCode::RepositoryPolicyChanged);
    let now = api.repository_access(connection(), name()).await.map_err(api_error)?;
    assert_eq!(now.policy.as_ref(), Some(&theirs));

    // Another form of the same policy isn't a change.
    let same = theirs.replace("\"*\"", "[\"*\"]").replace(',', ", ");
    set(&shop, Some(same), &account()).await.map_err(api_error)?;
    aws(&shop.ecr, &["delete-repository-policy", "--repository-name", NAME]).await?;
    let error = set(&shop, Some(account()), &theirs).await.err().context("removed")?;
    assert_eq!(error.message, format!("The policy of {NAME} was removed after it was shown."));
    Ok(())
}

#[tokio::test]
async fn what_ecr_would_refuse_is_refused_before_the_call() -> Result<()> {
    let shop = Shop::open().await?;
    shop.practice()?.clear_requests();
    let long = account().replace("Pull", &"x".repeat(10_240));
    let old = account().replace("2012", "2013");
    for (text, expected) in [
        ("", "is not JSON"),
        ("{\"Statement\":[]}", "at least one statement"),
        (long.as_str(), "at most 10240 are allowed"),
        (old.as_str(), "2012-10-17"),
    ] {
        let error = set(&shop, None, text).await.err().context("refused")?;
        assert_eq!(error.code, ErrorCode::InputInvalid, "{text}");
        assert!(error.message.contains(expected), "{}", error.message);
    }
    let calls = shop.practice()?.requests();
    assert!(calls.iter().all(|call| {
        !call.operation.as_deref().unwrap_or_default().contains("RepositoryPolicy")
    }));

    // What only ECR knows: the policy would lock the caller out.
    let locked = account().replace("Allow", "Deny").replace("\"444455556666\"", "\"*\"");
    let locked = locked.replace("ecr:BatchGetImage", "ecr:*");
    let error = set(&shop, None, &locked).await.err().context("locked out")?;
    assert_eq!(error.code, ErrorCode::InputInvalid);
    assert!(error.message.contains("would prevent you from setting another policy"), "{error:?}");
    let shown = shop.app.api.repository_access(shop.ecr.connection(), NAME.to_owned()).await;
    assert_eq!(shown.map_err(api_error)?.policy, None);
    Ok(())
}

#[tokio::test]
async fn a_missing_permission_takes_the_access_tab_only_and_is_named() -> Result<()> {
    let shop = Shop::open().await?;
    for operation in ["GetRepositoryPolicy", "SetRepositoryPolicy"] {
        let denied = FaultRule::operation(FaultAction::AccessDenied, operation);
        shop.ecr.faults()?.add(denied.times(1));
        let access = shop.app.api.repository_access(shop.ecr.connection(), NAME.to_owned()).await;
        let error = match access {
            Err(error) => error,
            Ok(_) => set(&shop, None, &account()).await.err().context("denied")?,
        };
        assert_eq!(error.code, ErrorCode::AccessDenied);
        assert_eq!(error.subject, Some(format!("ecr:{operation}")));
    }
    assert_eq!(shop.details().await?.repository.name, NAME);
    Ok(())
}
