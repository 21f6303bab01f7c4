//! Errors of ECR as the destination.

use anyhow::Result;
use transload_contract::{ImageResult, ImageSource, MigrationOutcome, Proof};
use transload_errors::{ApiError, ErrorCode};
use transload_practice::{FaultAction, FaultRule, Plane};
use transload_tests::computer::{Computer, registry_source, request};
use transload_tests::ecr::Ecr;
use transload_tests::faults::{Fault, FaultProxy, Rule};
use transload_tests::images::{Image, Recipe, Target};
use transload_tests::labs::RegistryLab;
use transload_tests::process::free_port;

use crate::refusals::{checked, refusal};

/// A registry with one image `app:1`, and practice, where the faults of these stories are.
struct Scene {
    registry: RegistryLab,
    image: Image,
    ecr: Ecr,
}

impl Scene {
    async fn new() -> Result<Self> {
        let registry = RegistryLab::start().await?;
        let image = Recipe::small(91).layers([5_000, 400_000]).build()?;
        Target::new(&registry.url(), "app")?.push(&image, "1").await?;
        Ok(Self { registry, image, ecr: Ecr::practice().await? })
    }

    async fn refusal(&self, rule: FaultRule) -> Result<ApiError> {
        self.ecr.faults()?.add(rule);
        let computer = Computer::new(self.ecr.home()?, None)?;
        let source = registry_source(&self.registry.host());
        let wanted = request(&self.ecr.connection(), &source, &[("app", "1", "app")]);
        refusal(&computer, wanted).await
    }
}

#[tokio::test]
async fn content_that_the_registry_of_ecr_refuses() -> Result<()> {
    let throttled = FaultAction::Throttle { retry_after_seconds: Some(0) };
    let cut = FaultAction::CutRequest { after_bytes: 100_000 };
    let cases = [
        (FaultAction::AccessDenied, "POST", "*/blobs/uploads/*", ErrorCode::RegistryForbidden),
        (FaultAction::AccessDenied, "PUT", "*/manifests/*", ErrorCode::RegistryForbidden),
        (throttled, "PUT", "*/manifests/*", ErrorCode::RegistryThrottled),
        (cut, "PUT", "*/blobs/uploads/*", ErrorCode::ConnectionLost),
        (FaultAction::Html { status: 200 }, "POST", "*/blobs/uploads/*", ErrorCode::NotARegistry),
    ];
    let told = cases.map(async |(action, method, path, expected)| {
        let what = format!("{action:?} {method} {path}");
        let rule = FaultRule::new(action).on(Plane::Registry).method(method).path(path);
        // A scene for each: what one leaves behind need not be sent by the next.
        let scene = Scene::new().await?;
        let error = scene.refusal(rule).await?;
        assert_eq!(error.code, expected, "{what}: {error:?}");
        assert_eq!(scene.ecr.aws()?.image_digest("app", "1").await?, None, "{what}");
        anyhow::Ok(())
    });
    futures_util::future::try_join_all(told).await?;
    Ok(())
}

#[tokio::test]
async fn a_token_that_runs_out_on_the_way_is_renewed_without_a_word() -> Result<()> {
    let scene = Scene::new().await?;
    let expire = FaultRule::new(FaultAction::ExpireTokens).on(Plane::Registry);
    scene.ecr.faults()?.add(expire.method("PUT").path("*/manifests/*").times(1));
    let computer = Computer::new(scene.ecr.home()?, None)?;
    let source = registry_source(&scene.registry.host());
    let wanted = request(&scene.ecr.connection(), &source, &[("app", "1", "app")]);
    let migrated = computer.migrate(wanted).await?;
    assert_eq!(scene.ecr.faults()?.active(), 0, "the token did not run out");
    assert_eq!(migrated.report.outcome, MigrationOutcome::Succeeded, "{:#?}", migrated.report);
    assert_eq!(migrated.report.images[0].proof, Proof::Equal);
    Ok(())
}

/// The proof is asked of ECR's own API as well, and one that disagrees fails the image.
#[tokio::test]
async fn an_ecr_that_holds_something_else_than_was_sent() -> Result<()> {
    let scene = Scene::new().await?;
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
    scene.ecr.faults()?.add(FaultRule::operation(answer, "DescribeImages"));
    let computer = Computer::new(scene.ecr.home()?, None)?;
    let source = registry_source(&scene.registry.host());
    let wanted = request(&scene.ecr.connection(), &source, &[("app", "1", "app")]);
    let report = computer.migrate(wanted).await?.report;
    assert_eq!(report.outcome, MigrationOutcome::Failed);
    let ImageResult::Failed { error } = &report.images[0].result else { panic!("{report:#?}") };
    assert_eq!(error.code, ErrorCode::VerificationFailed);
    let error = checked(error.clone());
    let sent = &scene.image.manifest.digest;
    assert!(error.message.contains(sent) && error.message.contains(&other), "{}", error.message);
    assert_eq!(report.images[0].proof, Proof::Different);
    assert_eq!(report.images[0].ecr_digest.as_ref(), Some(&other));
    assert_eq!(report.images[0].registry_digest.as_ref(), Some(sent));
    Ok(())
}

#[tokio::test]
async fn a_page_instead_of_ecr_or_of_an_engine() -> Result<()> {
    let scene = Scene::new().await?;
    let page = FaultAction::Html { status: 200 };
    let rule = FaultRule::operation(page, "GetAuthorizationToken");
    assert_eq!(scene.refusal(rule).await?.code, ErrorCode::AwsFailed);

    scene.ecr.faults()?.clear();
    let nobody = format!("http://127.0.0.1:{}", free_port()?);
    let proxy = FaultProxy::start(&nobody, [Rule::new(".*", "", Fault::html())?]).await?;
    let computer = Computer::new(scene.ecr.home()?, Some(&format!("tcp://{}", proxy.host())))?;
    let images = [("app", "1", "app")];
    let wanted = request(&scene.ecr.connection(), &ImageSource::DockerEngine, &images);
    let error = refusal(&computer, wanted).await?;
    assert_eq!(error.code, ErrorCode::EngineFailed, "{error:?}");
    Ok(())
}
