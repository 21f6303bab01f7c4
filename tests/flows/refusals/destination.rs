//! Errors of ECR as the destination.

use anyhow::Result;
use transload_contract::{ImageResult, ImageSource, MigrationOutcome, Proof};
use transload_errors::{ApiError, ErrorCode};
use transload_practice::{FaultAction, FaultRule, Plane};
use transload_tests::faults::{Fault, FaultProxy, Rule};
use transload_tests::headless_app::{HeadlessApp, registry_source, request};
use transload_tests::images::Recipe;
use transload_tests::process::CLOSED_PORT;

use crate::refusals::{Fixture, checked, refusal};

impl Fixture {
    /// Returns the error of copying `app:1` when this fault applies to ECR.
    async fn refusal_with_ecr_fault(&self, rule: FaultRule) -> Result<ApiError> {
        self.ecr.faults()?.add(rule);
        self.refusal_at(&self.registry.host()).await
    }
}

#[tokio::test]
async fn content_that_the_ecr_registry_rejects() -> Result<()> {
    let throttled = FaultAction::Throttle { retry_after_seconds: Some(0) };
    let cut = FaultAction::CutRequest { after_bytes: 100_000 };
    let cases = [
        (FaultAction::AccessDenied, "POST", "*/blobs/uploads/*", ErrorCode::RegistryForbidden),
        (FaultAction::AccessDenied, "PUT", "*/manifests/*", ErrorCode::RegistryForbidden),
        (throttled, "PUT", "*/manifests/*", ErrorCode::RegistryThrottled),
        (cut, "PUT", "*/blobs/uploads/*", ErrorCode::ConnectionLost),
        (FaultAction::Html { status: 200 }, "POST", "*/blobs/uploads/*", ErrorCode::NotARegistry),
    ];
    let checks = cases.map(async |(action, method, path, expected)| {
        let what = format!("{action:?} {method} {path}");
        let rule = FaultRule::new(action).on(Plane::Registry).method(method).path(path);
        // A fixture for each case, because the next one need not send what the previous one left.
        let fixture = Fixture::new().await?;
        let error = fixture.refusal_with_ecr_fault(rule).await?;
        assert_eq!(error.code, expected, "{what}: {error:?}");
        assert_eq!(fixture.ecr.aws()?.image_digest("app", "1").await?, None, "{what}");
        anyhow::Ok(())
    });
    futures_util::future::try_join_all(checks).await?;
    Ok(())
}

#[tokio::test]
async fn a_token_that_expires_during_a_migration_is_renewed_silently() -> Result<()> {
    let fixture = Fixture::new().await?;
    let expire = FaultRule::new(FaultAction::ExpireTokens).on(Plane::Registry);
    fixture.ecr.faults()?.add(expire.method("PUT").path("*/manifests/*").times(1));
    let app = HeadlessApp::new(fixture.ecr.home()?, None)?;
    let source = registry_source(&fixture.registry.host());
    let migration_request = request(&fixture.ecr.connection(), &source, &[("app", "1", "app")]);
    let migrated = app.migrate(migration_request).await?;
    assert_eq!(fixture.ecr.faults()?.active(), 0, "the token did not expire");
    assert_eq!(migrated.report.outcome, MigrationOutcome::Succeeded, "{:#?}", migrated.report);
    assert_eq!(migrated.report.images[0].proof, Proof::Equal);
    Ok(())
}

/// The digest is also read from the ECR API, and a different digest there fails the image.
#[tokio::test]
async fn an_ecr_image_that_differs_from_what_was_sent() -> Result<()> {
    let fixture = Fixture::new().await?;
    let other = Recipe::small(92).build()?.manifest.digest;
    let body = serde_json::json!({ "imageDetails": [{
        "registryId": "111122223333",
        "repositoryName": "app",
        "imageDigest": other,
        "imageTags": ["1"],
    }] });
    let answer = FaultAction::Answer {
        status: 200,
        content_type: "application/x-amz-json-1.1".to_owned(),
        body: body.to_string(),
    };
    fixture.ecr.faults()?.add(FaultRule::operation(answer, "DescribeImages"));
    let app = HeadlessApp::new(fixture.ecr.home()?, None)?;
    let source = registry_source(&fixture.registry.host());
    let migration_request = request(&fixture.ecr.connection(), &source, &[("app", "1", "app")]);
    let report = app.migrate(migration_request).await?.report;
    assert_eq!(report.outcome, MigrationOutcome::Failed);
    let ImageResult::Failed { error } = &report.images[0].result else { panic!("{report:#?}") };
    assert_eq!(error.code, ErrorCode::VerificationFailed);
    let error = checked(error.clone());
    let sent = &fixture.image.manifest.digest;
    assert!(error.message.contains(sent) && error.message.contains(&other), "{}", error.message);
    assert_eq!(report.images[0].proof, Proof::Different);
    assert_eq!(report.images[0].ecr_digest.as_ref(), Some(&other));
    assert_eq!(report.images[0].registry_digest.as_ref(), Some(sent));
    Ok(())
}

#[tokio::test]
async fn a_page_instead_of_ecr_or_of_an_engine() -> Result<()> {
    let fixture = Fixture::new().await?;
    let page = FaultAction::Html { status: 200 };
    let rule = FaultRule::operation(page, "GetAuthorizationToken");
    assert_eq!(fixture.refusal_with_ecr_fault(rule).await?.code, ErrorCode::AwsFailed);

    fixture.ecr.faults()?.clear();
    let nobody = format!("http://127.0.0.1:{CLOSED_PORT}");
    let proxy = FaultProxy::start(&nobody, [Rule::new(".*", "", Fault::html())?]).await?;
    let app = HeadlessApp::new(fixture.ecr.home()?, Some(&format!("tcp://{}", proxy.host())))?;
    let images = [("app", "1", "app")];
    let migration_request = request(&fixture.ecr.connection(), &ImageSource::DockerEngine, &images);
    let error = refusal(&app, migration_request).await?;
    assert_eq!(error.code, ErrorCode::EngineFailed, "{error:?}");
    Ok(())
}
